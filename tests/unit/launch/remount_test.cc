#include "launch/remount.h"

#include <gtest/gtest.h>

#include <string>

namespace hutch::launch {
namespace {

TEST(Remount, AMountLineGivesIdsAndMountPoint) {
  const auto line = parse_mount_line("36 35 98:0 /mnt1 /mnt/a\\040b rw,noatime master:1 - ext3 /dev/root rw");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->id, 36u);
  EXPECT_EQ(line->parent, 35u);
  EXPECT_EQ(line->point, "/mnt/a\\040b");
}

TEST(Remount, LinesThatAreNoneAreRefused) {
  for (const char* const line : {"", " ", "36", "36 35", "36 35 98:0", "36 35 98:0 /", "x 35 98:0 / /mnt",
                                 "36 x 98:0 / /mnt", "36 35 98:0 / mnt rw", "99999999999999999999999 1 98:0 / /mnt"}) {
    EXPECT_FALSE(parse_mount_line(line)) << line;
  }
}

TEST(Remount, EscapesAreUndone) {
  const auto undone = [](std::string text) {
    text.resize(unescape(text.data(), text.size()));
    return text;
  };
  EXPECT_EQ(undone("/plain"), "/plain");
  EXPECT_EQ(undone("/a\\040b\\011c\\012d\\134e"), "/a b\tc\nd\\e");
  EXPECT_EQ(undone("\\134040"), "\\040");  // once, not again
  EXPECT_EQ(undone("/cut\\04"), "/cut\\04");
  EXPECT_EQ(undone("/no\\09x"), "/no\\09x");
  EXPECT_EQ(undone(""), "");
}

}  // namespace
}  // namespace hutch::launch
