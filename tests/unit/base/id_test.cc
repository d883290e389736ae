#include "base/id.h"

#include <gtest/gtest.h>

namespace hutch {
namespace {

template <class Id>
void expect_accepts(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts) {
    const auto id = Id::parse(text);
    ASSERT_TRUE(id.has_value()) << "refused: " << text;
    EXPECT_EQ(id->str(), text);
  }
}

template <class Id>
void expect_refuses(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts) {
    const auto id = Id::parse(text);
    ASSERT_FALSE(id.has_value()) << "accepted: " << text;
    EXPECT_EQ(id.error().kind, ErrorKind::kInvalid);
    EXPECT_FALSE(id.error().hint.empty());
  }
}

TEST(AppId, NeedsTwoDottedPartsAtLeast) {
  expect_accepts<AppId>({"a.b", "org.gnome.TextEditor", "org._x.Y_1", "org.example.has-dash"});
  expect_refuses<AppId>({"", "a", ".a", "a.", "a..b", "."});
}

TEST(AppId, RefusesWhatCouldBecomeAPathOrAnotherKey) {
  expect_refuses<AppId>({"../../x", "a/b.c", "a.b/c", "a.b\n[Instance]", "a.b c", std::string("a.b\0c", 5)});
}

TEST(AppId, AllowsADashInTheLastPartOnly) {
  expect_refuses<AppId>({"org.has-dash.x", "a-b.c"});
}

TEST(AppId, NoPartBeginsWithADigit) {
  expect_refuses<AppId>({"org.1st.x", "1.b", "a.0"});
}

TEST(AppId, EndsAt255Bytes) {
  expect_accepts<AppId>({"a." + std::string(253, 'b')});
  expect_refuses<AppId>({"a." + std::string(254, 'b')});
}

TEST(InstanceId, IsALowerCaseLetterAndUpTo31LettersOrDigits) {
  expect_accepts<InstanceId>({"a", "z9", "firefox1a2b3", "a" + std::string(31, '0')});
  expect_refuses<InstanceId>({"", "9a", "A", "aB", "a-b", "a_b", "a.b", "a/b", "a" + std::string(32, '0'), "\xc3\xa4"});
}

TEST(ProfileName, CannotLeaveItsDirectoryOrHideItsSuffix) {
  expect_accepts<ProfileName>({"firefox", "7zip", "g++", "org.gnome.gedit", "a_b-c", std::string(64, 'x')});
  expect_refuses<ProfileName>({"", ".", "..", ".hidden", "-option", "a/b", "a.toml", "a b", std::string(65, 'x')});
}

TEST(Name, OfDefaultIsEmpty) {
  EXPECT_TRUE(AppId().empty());
}

TEST(Name, ShowsControlCharactersOfARefusedTextQuoted) {
  const auto id = InstanceId::parse("a\x1b[31m");
  ASSERT_FALSE(id.has_value());
  EXPECT_EQ(id.error().message.find('\x1b'), std::string::npos);
  EXPECT_NE(id.error().message.find("\\x1b"), std::string::npos);
}

}  // namespace
}  // namespace hutch
