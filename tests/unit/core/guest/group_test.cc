#include "core/guest/group.h"

#include <gtest/gtest.h>

namespace hutch::guest {
namespace {

Settings settings(std::uint32_t gid = 1000, std::string group = "alice") {
  return {.user = "alice", .uid = 1000, .gid = gid, .group = std::move(group), .home = "/home/alice"};
}
const std::string kBase = "root:x:0:\nnogroup:x:65534:\n";

std::string edit(std::string_view text, const Settings& who = settings()) {
  return with_groups(text, who, choose_group_name(text, who));
}

TEST(Group, TheUsersOwnIsAdded) {
  EXPECT_EQ(edit(kBase), kBase + "alice:x:1000:\n");
  EXPECT_EQ(edit(""), "root:x:0:\nnogroup:x:65534:\nalice:x:1000:\n");
}

TEST(Group, AnotherNameOfAUsersIdGivesWayAndKeepsItsMembers) {
  EXPECT_EQ(edit(kBase + "ubuntu:x:1000:bob,carol\nz:x:7:\n"), kBase + "alice:x:1000:bob,carol\nz:x:7:\n");
}

TEST(Group, ASystemsGroupKeepsItsName) {
  const std::string text = kBase + "users:x:100:\n";
  EXPECT_EQ(choose_group_name(text, settings(100, "staff")), "users");
  EXPECT_EQ(edit(text, settings(100, "staff")), text);
}

TEST(Group, ANameThatTheImageGivesToAnotherIdIsLeftToIt) {
  const std::string text = kBase + "users:x:100:\n";
  EXPECT_EQ(edit(text, settings(985, "users")), text + "alice:x:985:\n");
  EXPECT_EQ(edit(text + "alice:x:7:\n", settings(985, "users")), text + "alice:x:7:\nhutch985:x:985:\n");
  EXPECT_EQ(edit(text + "dev:x:2000:\n", settings(2000, "users")), text + "dev:x:2000:\n");
}

TEST(Group, OfSeveralNamesOfTheIdNoneIsLost) {
  EXPECT_EQ(edit(kBase + "a:x:1000:\nb:x:1000:\n"), kBase + "alice:x:1000:\nb:x:1000:\n");
  EXPECT_EQ(edit(kBase + "a:x:1000:\nalice:x:1000:\n"), kBase + "a:x:1000:\nalice:x:1000:\n");
}

TEST(Group, TheUserMayAdministerWhereThereIsSuchAGroup) {
  EXPECT_EQ(edit("sudo:x:27:\nwheel:x:10:bob\nadm:x:4:\nsudoers:x:5:\n" + kBase),
            "sudo:x:27:alice\nwheel:x:10:bob,alice\nadm:x:4:\nsudoers:x:5:\n" + kBase + "alice:x:1000:\n");
  EXPECT_EQ(edit("wheel:x:10\n" + kBase), "wheel:x:10:alice\n" + kBase + "alice:x:1000:\n");
  EXPECT_EQ(edit("sudo:x:27:alice2,malice\n" + kBase), "sudo:x:27:alice2,malice,alice\n" + kBase + "alice:x:1000:\n");
}

TEST(Group, AnEditIsDoneOnceAndKeepsOddLines) {
  for (const std::string& text :
       {std::string(), kBase, kBase + "sudo:x:27:bob", "# x\n\nbroken\nsudo\nsudo:x:27:a:b\n" + kBase, kBase + "+:::\n",
        std::string("\xff:x:1000:\n"), kBase + "u:x:1000:\nu:x:1000:", "alice:x:5:\n" + kBase}) {
    const std::string once = edit(text);
    EXPECT_EQ(edit(once), once) << text;
    EXPECT_EQ(find_group(once, choose_group_name(once, settings())), 1000u) << text;
  }
  const std::string odd = "# x\n\nbroken\nsudo\n";
  EXPECT_EQ(edit(odd + kBase + "+:::"), odd + kBase + "alice:x:1000:\n+:::\n");
}

TEST(Group, TheGroupsOfAUserBeginWithTheOwnOne) {
  const std::string text =
      "a:x:1:alice\nb:x:2:bob,alice\nc:x:3:malice\nd:x:1:alice\nown:x:1000:alice\n+x:x:9:alice\ne:x:4:alice,\n";
  EXPECT_EQ(groups_of(text, "alice", 1000), (std::vector<std::uint32_t>{1000, 1, 2, 4}));
  EXPECT_EQ(groups_of("", "alice", 5), (std::vector<std::uint32_t>{5}));
}

TEST(Group, AUserIsInAsManyGroupsAsTheKernelAllows) {
  std::string text;
  for (int gid = 1; gid <= 70000; ++gid) text += "g:x:" + std::to_string(gid) + ":a\n";
  EXPECT_EQ(groups_of(text, "a", 1).size(), kGroupsLimit);
}

TEST(ShadowGroup, FollowsTheGroups) {
  EXPECT_EQ(with_shadow_groups("root:*::\nsudo:*::bob", settings(), "alice"),
            "root:*::\nsudo:*::bob,alice\nalice:!::\n");
  EXPECT_EQ(with_shadow_groups("sudo:*::alice\nalice:!::\n", settings(), "alice"), "sudo:*::alice\nalice:!::\n");
}

}  // namespace
}  // namespace hutch::guest
