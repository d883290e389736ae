#include "core/toolbox/changes.h"

#include <gtest/gtest.h>

namespace hutch::toolbox {
namespace {

TEST(Changes, AreReadAsTheyWereTold) {
  const Changes changes{
      .files = {{ChangeKind::kAdded, "etc/new\nline"}, {ChangeKind::kChanged, "etc/"}, {ChangeKind::kRemoved, "\xff"}},
      .packages = {{ChangeKind::kAdded, "a", "", "1"},
                   {ChangeKind::kChanged, "b", "1", "2"},
                   {ChangeKind::kRemoved, "c", "1", ""}},
      .unread = {"rpm"}};
  std::string bytes;
  for (const FileChange& one : changes.files) bytes += encode(one);
  for (const PackageChange& one : changes.packages) bytes += encode(one);
  for (const std::string& one : changes.unread) bytes += encode_unread(one);
  const auto again = decode_changes(bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, changes);
}

TEST(Changes, DamageIsRefused) {
  using std::string_literals::operator""s;
  for (const std::string& bytes : {"A"s, "Aetc"s, "A\0"s, "A/etc\0"s, "x\0"s, "aname\0"s, "aname\0old\0new\0"s,
                                   "aname\0\0\0"s, "d\0old\0\0"s, "cname\0\0new\0"s, "?\0"s, "?rpm"s}) {
    EXPECT_FALSE(decode_changes(bytes)) << testing::PrintToString(bytes);
  }
}

TEST(Changes, TooManyAreRefused) {
  std::string bytes;
  for (std::size_t count = 0; count < 2 * kChangeLimit; ++count) bytes += encode(FileChange{ChangeKind::kAdded, "a"});
  EXPECT_TRUE(decode_changes(bytes));
  EXPECT_FALSE(decode_changes(bytes + encode(FileChange{ChangeKind::kAdded, "a"})));
}

}  // namespace
}  // namespace hutch::toolbox
