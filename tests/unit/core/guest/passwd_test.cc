#include "core/guest/passwd.h"

#include <gtest/gtest.h>

namespace hutch::guest {
namespace {

const User kAlice{
    .name = "alice", .uid = 1000, .gid = 1000, .full_name = "Alice", .home = "/home/alice", .shell = "/bin/bash"};
const std::string kEntry = "alice:x:1000:1000:Alice:/home/alice:/bin/bash\n";
const std::string kBase = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/bin/false\n";

std::string edit(std::string_view text) {
  return with_user(text, kAlice, true);
}

TEST(Passwd, AUserIsAddedAtTheEnd) {
  EXPECT_EQ(edit(kBase), kBase + kEntry);
}

TEST(Passwd, AnEntryOfTheSameIdOrNameIsReplacedInItsPlace) {
  EXPECT_EQ(edit("ubuntu:x:1000:1000::/home/ubuntu:/bin/sh\n" + kBase), kEntry + kBase);
  EXPECT_EQ(edit("alice:x:500:500::/home/alice:/bin/sh\n" + kBase), kEntry + kBase);
}

TEST(Passwd, OfSeveralEntriesOneIsLeft) {
  EXPECT_EQ(edit(kBase + "a:x:1000:1::/:\nb:x:7:7::/:\nalice:x:9:9::/:\n" + kEntry), kBase + kEntry + "b:x:7:7::/:\n");
}

TEST(Passwd, AnImageWithoutAccountsGetsTheNeededOnes) {
  EXPECT_EQ(edit(""), "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n" + kEntry);
  EXPECT_EQ(with_user("", kAlice, false),
            "root:*:0:0:root:/root:/bin/sh\nnobody:*:65534:65534:nobody:/nonexistent:/bin/false\n"
            "alice:*:1000:1000:Alice:/home/alice:/bin/bash\n");
}

TEST(Passwd, OddLinesStayAsTheyAre) {
  const std::string odd =
      "# comment\n\n:x:1000:1::/:/bin/sh\nbroken\nalice\nalice:x:one:1::/:\nalice:x:99999999999:1::/:\n \r\n";
  EXPECT_EQ(edit(odd + kBase), odd + kBase + kEntry);
}

TEST(Passwd, NisLinesStayLast) {
  EXPECT_EQ(edit(kBase + "+alice::::::\n+::::::\n"), kBase + kEntry + "+alice::::::\n+::::::\n");
}

TEST(Passwd, AMissingLineEndIsNoPartOfAnEntry) {
  const std::string without = kBase.substr(0, kBase.size() - 1);
  EXPECT_EQ(edit(without), kBase + kEntry);
  EXPECT_EQ(edit(kBase + kEntry.substr(0, kEntry.size() - 1)), kBase + kEntry);
}

TEST(Passwd, APasswordOfTheUserStays) {
  EXPECT_EQ(edit(kBase + "alice:$6$salt$hash:1000:1000::/:/bin/sh\n"),
            kBase + "alice:$6$salt$hash:1000:1000:Alice:/home/alice:/bin/bash\n");
  EXPECT_EQ(edit(kBase + "ubuntu:secret:1000:1000::/:/bin/sh\n"), kBase + kEntry);
  EXPECT_EQ(edit(kBase + "alice::1000:1000::/:/bin/sh\n"), kBase + kEntry) << "none at all is no password to keep";
}

TEST(Passwd, RootIsNeverReplaced) {
  User root = kAlice;
  root.uid = 0;
  EXPECT_EQ(with_user(kBase, root, true), kBase);
  root = kAlice;
  root.name = "root";
  EXPECT_EQ(with_user(kBase, root, true), kBase + "root:x:1000:1000:Alice:/home/alice:/bin/bash\n");
}

TEST(Passwd, AnEditIsDoneOnce) {
  for (const std::string& text : {std::string(), kBase, kBase + "+\n", "x\n\n\n" + kBase,
                                  kBase + "a:x:1000:1::/:\nalice:x:2:2::/:", std::string("\0\n\xff:x", 5),
                                  std::string("\n"), std::string("alice:x:1000:1000:::")}) {
    const std::string once = edit(text);
    EXPECT_EQ(edit(once), once) << text;
    EXPECT_EQ(find_user(once, "alice"), kAlice) << text;
    EXPECT_EQ(find_user(once, 1000), kAlice) << text;
  }
}

// Lines of all kinds in orders that a fixed generator makes: one entry of ours, the others as they were.
TEST(Passwd, OtherLinesAreNeverTouched) {
  const std::vector<std::string> kinds = {"",
                                          "#",
                                          "+",
                                          "-x",
                                          "a:x:5:5::/:",
                                          "ubuntu:x:1000:1000::/:/bin/sh",
                                          "alice:x:1000:1000::/:",
                                          "alice:x:3:3::/:",
                                          "::::::",
                                          "b:x:6:6:f:/:/s:more",
                                          "alice:x",
                                          "\xff\xfe",
                                          kEntry.substr(0, kEntry.size() - 1)};
  std::uint32_t state = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    std::vector<std::string> others;
    for (int count = 0; count < 6; ++count) {
      state = state * 1664525 + 1013904223;
      const std::string& line = kinds[(state >> 16) % kinds.size()];
      text += line + "\n";
      const auto user = find_user(line + "\n", line.substr(0, line.find(':')));
      if (!user || (user->name != "alice" && user->uid != 1000)) others.push_back(line);
    }
    const std::string edited = edit(kBase + text);
    std::vector<std::string> left;
    int ours = 0;
    for (const std::string_view line : lines_of(std::string_view(edited).substr(kBase.size()))) {
      if (line == std::string_view(kEntry).substr(0, kEntry.size() - 1)) {
        ++ours;
      } else {
        left.emplace_back(line);
      }
    }
    ASSERT_EQ(left, others) << text;
    ASSERT_EQ(ours, 1) << text;
  }
}

TEST(Passwd, AMissingShellIsEmpty) {
  EXPECT_EQ(find_user("a:x:5:6:name:/home\n", "a"),
            (User{.name = "a", .uid = 5, .gid = 6, .full_name = "name", .home = "/home", .shell = ""}));
  EXPECT_FALSE(find_user("a:x:5:6:name\n", "a"));
  EXPECT_FALSE(find_user("a:x:4294967295:6:name:/\n", "a")) << "the id that means none";
}

TEST(Shadow, AUserWithoutAnEntryGetsALockedOne) {
  EXPECT_EQ(with_locked_password("root:*:1::::::\n", "alice"), "root:*:1::::::\nalice:*::0:99999:7:::\n");
  EXPECT_EQ(with_locked_password("root:*:1::::::", "alice"), "root:*:1::::::\nalice:*::0:99999:7:::\n");
}

TEST(Shadow, AnEntryThatIsThereStays) {
  const std::string text = "alice:$y$hash:19000::::::\nroot:!:";
  EXPECT_EQ(with_locked_password(text, "alice"), text);
}

}  // namespace
}  // namespace hutch::guest
