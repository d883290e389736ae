#include "os/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>

#include "os/pipe.h"
#include "os/real_directory.h"
#include "scratch.h"

namespace hutch::os {
namespace {

using File = Scratch;

mode_t mode_of(const HostPath& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

TEST_F(File, ReplaceMakesItWithItsModeAndReadGivesItBack) {
  ASSERT_TRUE(replace_file(at("a"), "one", 0600).has_value());
  EXPECT_EQ(*read_file(at("a"), 100), "one");
  EXPECT_EQ(mode_of(at("a")), 0600u);
  ASSERT_TRUE(replace_file(at("a"), "two", 0600).has_value());
  EXPECT_EQ(*read_file(at("a"), 100), "two");
  EXPECT_EQ(list_directory(directory_)->size(), 1u) << "no temporary file stays behind";
}

TEST_F(File, ReplaceChangesTheLinkNotItsTarget) {
  ASSERT_TRUE(replace_file(at("victim"), "mine", 0600).has_value());
  ASSERT_EQ(::symlink(at("victim").c_str(), at("link").c_str()), 0);
  ASSERT_TRUE(replace_file(at("link"), "other", 0600).has_value());
  EXPECT_EQ(*read_file(at("victim"), 100), "mine");
  EXPECT_EQ(*read_file(at("link"), 100), "other");
}

TEST_F(File, ReplaceThatFailsLeavesTheOldContentAndNothingElse) {
  ASSERT_EQ(::mkdir(at("d").c_str(), 0700), 0);
  EXPECT_FALSE(replace_file(at("d"), "x", 0600).has_value());
  EXPECT_EQ(*list_directory(directory_), std::vector<std::string>{"d"});
  EXPECT_EQ(replace_file(at("missing/x"), "x", 0600).error().code, ENOENT);
}

TEST_F(File, ReadStopsAtTheLimit) {
  ASSERT_TRUE(replace_file(at("a"), std::string(100, 'x'), 0600).has_value());
  EXPECT_TRUE(read_file(at("a"), 100).has_value());
  const auto refused = read_file(at("a"), 99);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
}

TEST_F(File, ReadRefusesAFifoWithoutBlocking) {
  ASSERT_EQ(::mkfifo(at("fifo").c_str(), 0600), 0);
  const auto refused = read_file(at("fifo"), 100);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
}

TEST_F(File, ReadRefusesADirectoryADeviceAndASocket) {
  EXPECT_FALSE(read_file(directory_, 100).has_value());
  EXPECT_FALSE(read_file(HostPath::literal("/dev/zero"), 100).has_value());
  EXPECT_EQ(read_file(at("nothing"), 100).error().code, ENOENT);
}

TEST_F(File, OpenAtHonoursItsResolveFlags) {
  ASSERT_EQ(::symlink("/etc", at("out").c_str()), 0);
  const auto root = open_path(directory_, O_PATH | O_DIRECTORY);
  ASSERT_TRUE(root.has_value());
  EXPECT_EQ(open_at(root->get(), "out/passwd", O_RDONLY, 0, RESOLVE_NO_SYMLINKS).error().code, ELOOP);
  EXPECT_EQ(open_at(root->get(), "../etc", O_PATH, 0, RESOLVE_BENEATH).error().code, EXDEV);
  const auto fd = open_at(root->get(), ".", O_PATH, 0, RESOLVE_BENEATH);
  ASSERT_TRUE(fd.has_value());
  EXPECT_NE(::fcntl(fd->get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(File, WriteAllReportsAClosedReader) {
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe.has_value());
  pipe->read.reset();
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(write_all(pipe->write.get(), "x").error().code, EPIPE);
  ::signal(SIGPIPE, before);
}

TEST_F(File, MakeDirectoriesMakesParentsAndAcceptsWhatIsThere) {
  ASSERT_TRUE(make_directories(at("a/b/c"), 0700).has_value());
  EXPECT_EQ(mode_of(at("a/b/c")), 0700u);
  ASSERT_EQ(::chmod(at("a").c_str(), 0750), 0);
  EXPECT_TRUE(make_directories(at("a/b/c"), 0700).has_value());
  EXPECT_EQ(mode_of(at("a")), 0750u) << "an existing directory keeps its mode";
}

TEST_F(File, MakeDirectoriesRefusesAFileInTheWay) {
  ASSERT_TRUE(replace_file(at("f"), "", 0600).has_value());
  EXPECT_EQ(make_directories(at("f"), 0700).error().code, ENOTDIR);
  EXPECT_EQ(make_directories(at("f/x"), 0700).error().code, ENOTDIR);
}

TEST_F(File, RemoveTreeFollowsNoLink) {
  ASSERT_TRUE(make_directories(at("victim"), 0700).has_value());
  ASSERT_TRUE(replace_file(at("victim/keep"), "x", 0600).has_value());
  ASSERT_TRUE(make_directories(at("tree/deep/er"), 0700).has_value());
  ASSERT_EQ(::symlink(at("victim").c_str(), at("tree/deep/link").c_str()), 0);
  ASSERT_EQ(::mkfifo(at("tree/fifo").c_str(), 0600), 0);
  EXPECT_TRUE(remove_tree(at("tree")).has_value());
  EXPECT_FALSE(exists(at("tree")));
  EXPECT_TRUE(exists(at("victim/keep")));
}

TEST_F(File, RemoveTreeOfALinkRemovesTheLink) {
  ASSERT_TRUE(make_directories(at("victim"), 0700).has_value());
  ASSERT_EQ(::symlink(at("victim").c_str(), at("link").c_str()), 0);
  EXPECT_TRUE(remove_tree(at("link")).has_value());
  EXPECT_TRUE(exists(at("victim")));
  EXPECT_EQ(*list_directory(directory_), std::vector<std::string>{"victim"});
}

TEST_F(File, RemoveTreeOfNothingIsFine) {
  EXPECT_TRUE(remove_tree(at("nothing")).has_value());
  EXPECT_TRUE(remove_tree(at("no/parent")).has_value());
}

TEST_F(File, RemoveTreeTakesOneOfAnyDepth) {
  Fd here = *open_path(directory_, O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::mkdirat(here.get(), "deep", 0700), 0);
  ASSERT_EQ(::mkdirat(here.get(), "deep/lifted-0", 0700), 0) << "a name that removing would like to use";
  Fd level = *open_at(here.get(), "deep", O_RDONLY | O_DIRECTORY, 0, 0);
  for (int depth = 0; depth < 3000; ++depth) {
    ASSERT_EQ(::mkdirat(level.get(), "d", 0700), 0);
    ASSERT_EQ(::mkdirat(level.get(), "e", 0700), 0);
    level = *open_at(level.get(), "d", O_RDONLY | O_DIRECTORY, 0, 0);
  }
  EXPECT_TRUE(remove_tree(at("deep")).has_value());
  EXPECT_FALSE(exists(at("deep")));
}

TEST_F(File, RealDirectoriesAreMadeWhereNoSymlinkLeads) {
  ASSERT_TRUE(make_real_directories(at("a") / "b" / "c", 0700).has_value());
  ASSERT_TRUE(make_real_directories(at("a") / "b" / "c", 0700).has_value()) << "what is there is fine";
  EXPECT_EQ(mode_of(at("a") / "b"), 0700u);
  ASSERT_EQ(::symlink("a", at("link").c_str()), 0);
  EXPECT_EQ(make_real_directories(at("link") / "new", 0700).error().code, ELOOP);
  EXPECT_FALSE(exists(at("a") / "new"));
  EXPECT_EQ(make_real_directories(at("link"), 0700).error().code, ELOOP);
  ASSERT_TRUE(replace_file(at("file"), "", 0600).has_value());
  EXPECT_EQ(make_real_directories(at("file") / "new", 0700).error().code, ENOTDIR);
}

TEST_F(File, ListIsSorted) {
  for (const char* const name : {"b", "a", ".c"}) ASSERT_TRUE(replace_file(at(name), "", 0600).has_value());
  EXPECT_EQ(*list_directory(directory_), (std::vector<std::string>{".c", "a", "b"}));
  EXPECT_EQ(list_directory(at("nothing")).error().code, ENOENT);
}

TEST_F(File, ALockIsHeldOnceAndDiesWithItsDescriptor) {
  ASSERT_TRUE(replace_file(at("lock"), "", 0600).has_value());
  Fd first = *open_path(at("lock"), O_RDWR);
  const Fd second = *open_path(at("lock"), O_RDWR);
  EXPECT_TRUE(*try_lock(first.get()));
  EXPECT_TRUE(*try_lock(first.get())) << "it is ours already";
  EXPECT_FALSE(*try_lock(second.get()));
  Fd travelling = *duplicate(first.get());
  first.reset();
  EXPECT_FALSE(*try_lock(second.get())) << "a duplicate still holds it";
  travelling.reset();
  EXPECT_TRUE(*try_lock(second.get()));
  EXPECT_EQ(try_lock(9999).error().code, EBADF);
}

}  // namespace
}  // namespace hutch::os
