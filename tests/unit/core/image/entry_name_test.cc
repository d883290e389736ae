#include "core/image/entry_name.h"

#include <gtest/gtest.h>

namespace hutch::image {
namespace {

using Kind = EntryName::Kind;

TEST(EntryName, IsRelativeToTheRootHoweverItIsWritten) {
  for (const char* const raw : {"etc/motd", "/etc/motd", "./etc/motd", "//etc//motd/", "etc/./motd"}) {
    const auto name = parse_entry_name(raw);
    ASSERT_TRUE(name) << raw;
    EXPECT_EQ(*name, (EntryName{.kind = Kind::kEntry, .directory = "etc", .name = "motd"})) << raw;
    EXPECT_EQ(name->path(), "etc/motd");
  }
  for (const char* const raw : {"", ".", "./", "/"}) EXPECT_EQ(*parse_entry_name(raw), EntryName()) << raw;
}

TEST(EntryName, NeverLeadsOut) {
  for (const char* const raw : {"..", "../a", "a/..", "a/../b", "/..", "a/b/../../../c"}) {
    EXPECT_FALSE(parse_entry_name(raw)) << raw;
    EXPECT_FALSE(parse_link_target(raw)) << raw;
  }
  EXPECT_TRUE(parse_entry_name("..a/b..")) << "dots in a name are a name";
}

TEST(EntryName, KnowsWhiteouts) {
  EXPECT_EQ(*parse_entry_name("a/.wh.b"), (EntryName{.kind = Kind::kWhiteout, .directory = "a", .name = "b"}));
  EXPECT_EQ(*parse_entry_name(".wh..b"), (EntryName{.kind = Kind::kWhiteout, .directory = "", .name = ".b"}));
  EXPECT_EQ(*parse_entry_name("a/b/.wh..wh..opq"), (EntryName{.kind = Kind::kOpaque, .directory = "a/b", .name = ""}));
  EXPECT_EQ(parse_entry_name(".wh..wh.aufs")->kind, Kind::kIgnored);
  EXPECT_EQ(parse_entry_name(".wh..wh.plnk/1.2")->kind, Kind::kIgnored);
}

TEST(EntryName, RefusesWhiteoutsOfParentsAndOfNothing) {
  for (const char* const raw : {".wh.", "a/.wh.", ".wh..", ".wh...", "a/.wh...", ".wh.a/b"}) {
    EXPECT_FALSE(parse_entry_name(raw)) << raw;
  }
  EXPECT_EQ(parse_link_target(".wh.a")->name, ".wh.a") << "a link's target is a name like any other";
}

TEST(EntryName, HasLimits) {
  EXPECT_TRUE(parse_entry_name(std::string(kEntryPartLimit, 'n')));
  EXPECT_FALSE(parse_entry_name(std::string(kEntryPartLimit + 1, 'n')));
  std::string deep;
  for (std::size_t part = 0; part < kEntryDepthLimit; ++part) deep += "d/";
  EXPECT_TRUE(parse_entry_name(deep));
  EXPECT_FALSE(parse_entry_name(deep + "d"));
  std::string wide;
  while (wide.size() < kEntryPathLimit) wide += std::string(100, 'w') + "/";
  EXPECT_TRUE(parse_entry_name(wide.substr(0, kEntryPathLimit)));
  EXPECT_FALSE(parse_entry_name(wide.substr(0, kEntryPathLimit) + "w"));
  EXPECT_FALSE(parse_entry_name(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace hutch::image
