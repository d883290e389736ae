#include "os/copy_tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"

namespace hutch::os {
namespace {

using Tree = Scratch;

struct stat look(const HostPath& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path.str();
  return status;
}

TEST_F(Tree, IsCopiedWithModesTimesAndLinks) {
  ASSERT_TRUE(make_directories(at("from/deep"), 0750));
  ASSERT_TRUE(replace_file(at("from/deep/file"), std::string(200000, 'x'), 0640));
  ASSERT_EQ(::symlink("/nowhere", at("from/link").c_str()), 0);
  const timespec times[] = {{.tv_sec = 981173106, .tv_nsec = 5}, {.tv_sec = 981173106, .tv_nsec = 5}};
  ASSERT_EQ(::utimensat(AT_FDCWD, at("from/deep").c_str(), times, 0), 0);
  ASSERT_TRUE(copy_tree(at("from"), at("to")));
  EXPECT_EQ(*read_file(at("to/deep/file"), 300000), std::string(200000, 'x'));
  EXPECT_EQ(look(at("to/deep/file")).st_mode, look(at("from/deep/file")).st_mode);
  EXPECT_EQ(look(at("to/deep")).st_mtim.tv_sec, 981173106);
  EXPECT_TRUE(S_ISLNK(look(at("to/link")).st_mode));
}

TEST_F(Tree, LeavesOutWhatIsNoFile) {
  ASSERT_TRUE(make_directories(at("from"), 0700));
  ASSERT_EQ(::mkfifo(at("from/fifo").c_str(), 0600), 0);
  ASSERT_TRUE(copy_tree(at("from"), at("to")));
  EXPECT_EQ(list_directory(at("to"))->size(), 0u);
}

TEST_F(Tree, TakesNoPlaceThatIsTaken) {
  ASSERT_TRUE(make_directories(at("from"), 0700));
  ASSERT_TRUE(make_directories(at("to"), 0700));
  for (const Status& done :
       {move_tree(at("from"), at("to"), at("part")), place_copy(at("from"), at("to"), at("part"))}) {
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::kConflict);
  }
  EXPECT_TRUE(exists(at("from")));
}

TEST_F(Tree, ReplacesWhatAnEarlierCopyLeftUnfinished) {
  ASSERT_TRUE(make_directories(at("from/a"), 0700));
  ASSERT_TRUE(make_directories(at("part/other"), 0700));
  ASSERT_TRUE(place_copy(at("from"), at("to"), at("part")));
  EXPECT_EQ(*list_directory(at("to")), std::vector<std::string>{"a"});
  EXPECT_FALSE(exists(at("part")));
}

TEST_F(Tree, IsMovedToAnotherFileSystem) {
  std::string other = "/dev/shm/hutch-os-XXXXXX";
  ASSERT_NE(::mkdtemp(other.data()), nullptr);
  const HostPath away = *HostPath::parse(other);
  ASSERT_TRUE(make_directories(at("from"), 0700));
  ASSERT_TRUE(replace_file(at("from/file"), "content", 0600));
  EXPECT_TRUE(move_tree(at("from"), away / "to", away / "part"));
  EXPECT_EQ(read_file(away / "to/file", 100).value_or(""), "content");
  EXPECT_FALSE(exists(at("from")));
  EXPECT_TRUE(remove_tree(away));
}

TEST_F(Tree, IsNotCopiedBeyondItsDepth) {
  HostPath deep = at("from");
  for (int depth = 1; depth < 128; ++depth) deep = deep / "d";
  ASSERT_TRUE(make_directories(deep, 0700));
  EXPECT_TRUE(copy_tree(at("from"), at("to")));
  ASSERT_TRUE(make_directories(deep / "d", 0700));
  EXPECT_FALSE(copy_tree(at("from"), at("other")));
}

}  // namespace
}  // namespace hutch::os
