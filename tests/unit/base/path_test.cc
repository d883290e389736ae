#include "base/path.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace hutch {
namespace {

static_assert(!std::is_convertible_v<HostPath, BoxPath> && !std::is_constructible_v<BoxPath, HostPath>,
              "outside and inside cannot be mixed");

std::string normal(std::string_view text) {
  const auto path = HostPath::parse(text);
  return path ? path->str() : "refused";
}

TEST(Path, IsNormalizedLexically) {
  EXPECT_EQ(normal("/"), "/");
  EXPECT_EQ(normal("///"), "/");
  EXPECT_EQ(normal("/./"), "/");
  EXPECT_EQ(normal("/usr//lib/"), "/usr/lib");
  EXPECT_EQ(normal("/usr/./lib/."), "/usr/lib");
  EXPECT_EQ(normal("/a/...."), "/a/....");
}

TEST(Path, RefusesWhatIsNotAbsoluteOrClimbs) {
  for (const std::string& text : {std::string(), std::string("a"), std::string("./a"), std::string("/.."),
                                  std::string("/a/../b"), std::string("/a/.."), std::string("/a\0b", 4)}) {
    EXPECT_EQ(normal(text), "refused") << text;
  }
}

TEST(Path, EndsAtTheKernelsLimits) {
  EXPECT_NE(normal("/" + std::string(kPathNameLimit, 'a')), "refused");
  EXPECT_EQ(normal("/" + std::string(kPathNameLimit + 1, 'a')), "refused");
  std::string longest;
  while (longest.size() + 2 <= kPathLimit) longest += "/a";
  longest.resize(kPathLimit, 'b');
  EXPECT_NE(normal(longest), "refused");
  EXPECT_EQ(normal(longest + "b"), "refused");
}

TEST(Path, SplitsIntoParentNameAndComponents) {
  const HostPath path = HostPath::literal("/usr/lib/x");
  EXPECT_EQ(path.parent().str(), "/usr/lib");
  EXPECT_EQ(path.name(), "x");
  EXPECT_EQ(path.components(), (std::vector<std::string_view>{"usr", "lib", "x"}));
  EXPECT_EQ(HostPath().parent().str(), "/");
  EXPECT_EQ(HostPath().name(), "");
  EXPECT_TRUE(HostPath().components().empty());
  EXPECT_EQ(HostPath::literal("/a").parent().str(), "/");
}

TEST(Path, JoinsOnlyDownwards) {
  const HostPath home = HostPath::literal("/home/u");
  EXPECT_EQ(home.join("a/b")->str(), "/home/u/a/b");
  EXPECT_EQ(home.join("/etc")->str(), "/home/u/etc");
  EXPECT_EQ(home.join("")->str(), "/home/u");
  EXPECT_FALSE(home.join("../x").has_value());
  EXPECT_FALSE(home.join("a/../../x").has_value());
  EXPECT_EQ((HostPath() / "etc").str(), "/etc");
}

TEST(Path, BelowGoesByComponentsNotByLetters) {
  const HostPath home = HostPath::literal("/home/u");
  EXPECT_TRUE(HostPath::literal("/home/u/x").is_below(home));
  EXPECT_FALSE(HostPath::literal("/home/user").is_below(home));
  EXPECT_FALSE(home.is_below(home));
  EXPECT_TRUE(home.is_at_or_below(home));
  EXPECT_TRUE(home.is_below(HostPath()));
  EXPECT_FALSE(HostPath().is_below(HostPath()));
  EXPECT_TRUE(HostPath().is_at_or_below(HostPath()));
}

TEST(Path, RelativeToAnAncestorHasNoLeadingSlash) {
  const HostPath path = HostPath::literal("/home/u/x/y");
  EXPECT_EQ(path.relative_to(HostPath::literal("/home/u")), "x/y");
  EXPECT_EQ(path.relative_to(HostPath()), "home/u/x/y");
  EXPECT_EQ(path.relative_to(path), "");
}

TEST(Path, KeepsItsPlaceOnTheOtherSide) {
  EXPECT_EQ(same_in_box(HostPath::literal("/usr/bin")), BoxPath::literal("/usr/bin"));
  EXPECT_EQ(same_on_host(BoxPath::literal("/usr/bin")), HostPath::literal("/usr/bin"));
}

TEST(Path, OrdersParentsBeforeChildren) {
  EXPECT_LT(HostPath::literal("/a"), HostPath::literal("/a/b"));
}

TEST(PathDeathTest, AWrongLiteralEndsTheProgram) {
  EXPECT_DEATH((void)HostPath::literal("relative"), "is no path");
  EXPECT_DEATH((void)(HostPath() / ".."), "is no path");
}

}  // namespace
}  // namespace hutch
