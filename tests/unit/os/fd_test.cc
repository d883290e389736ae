#include "os/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>

#include "os/pipe.h"

namespace hutch::os {
namespace {

bool is_open(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}
bool is_close_on_exec(int fd) {
  return (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

TEST(Fd, ClosesWhenItGoes) {
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe.has_value());
  const int number = pipe->read.get();
  { const Fd taken = std::move(pipe->read); }
  EXPECT_FALSE(is_open(number));
  EXPECT_FALSE(static_cast<bool>(pipe->read));
}

TEST(Fd, AssignmentClosesWhatItHeld) {
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe.has_value());
  const int held = pipe->read.get();
  const int other = pipe->write.get();
  pipe->read = std::move(pipe->write);
  EXPECT_FALSE(is_open(held));
  EXPECT_EQ(pipe->read.get(), other);
  EXPECT_TRUE(is_open(other));
}

TEST(Fd, ReleaseGivesUpOwnership) {
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe.has_value());
  const int number = pipe->read.release();
  EXPECT_TRUE(is_open(number));
  EXPECT_EQ(::close(number), 0);
}

TEST(Fd, ResetKeepsErrno) {
  Fd fd(9999);
  errno = ENOSPC;
  fd.reset();
  EXPECT_EQ(errno, ENOSPC);
}

TEST(Pipe, EndsAreCloseOnExec) {
  const auto pipe = make_pipe();
  ASSERT_TRUE(pipe.has_value());
  EXPECT_TRUE(is_close_on_exec(pipe->read.get()));
  EXPECT_TRUE(is_close_on_exec(pipe->write.get()));
}

TEST(Duplicate, IsCloseOnExecAndAboveTheMinimum) {
  const auto pipe = make_pipe();
  ASSERT_TRUE(pipe.has_value());
  const auto copy = duplicate(pipe->read.get(), 50);
  ASSERT_TRUE(copy.has_value());
  EXPECT_GE(copy->get(), 50);
  EXPECT_TRUE(is_close_on_exec(copy->get()));
  EXPECT_EQ(duplicate(9999).error().code, EBADF);
}

TEST(Place, MakesADescriptorSurviveExecAtItsNumber) {
  auto pipe = make_pipe();
  ASSERT_TRUE(pipe.has_value());
  ASSERT_TRUE(place(pipe->read.get(), 60).has_value());
  const Fd placed(60);
  EXPECT_FALSE(is_close_on_exec(60));
  ASSERT_TRUE(place(pipe->write.get(), pipe->write.get()).has_value());
  EXPECT_FALSE(is_close_on_exec(pipe->write.get()));
  EXPECT_EQ(place(9999, 61).error().code, EBADF);
}

}  // namespace
}  // namespace hutch::os
