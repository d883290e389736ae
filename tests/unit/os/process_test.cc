#include "os/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "os/file.h"
#include "os/pipe.h"

namespace hutch::os {
namespace {

SpawnOptions shell(std::string script) {
  return SpawnOptions{.program = HostPath::literal("/bin/sh"),
                      .arguments = {"sh", "-c", std::move(script)},
                      .environment = {"PATH=/usr/bin:/bin"},
                      .descriptors = {},
                      .new_session = false};
}

ino_t inode_of(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
}

std::string output_of(std::string script) {
  const auto captured = run_and_capture(shell(std::move(script)), 1 << 16);
  return captured ? captured->output : "failed: " + captured.error().describe();
}

TEST(Process, TellsHowItEnded) {
  auto exited = Process::spawn(shell("exit 7"));
  ASSERT_TRUE(exited.has_value());
  const auto status = exited->wait();
  ASSERT_TRUE(status.has_value());
  EXPECT_FALSE(status->was_signalled);
  EXPECT_EQ(status->value, 7);
  auto killed = Process::spawn(shell("kill -TERM $$"));
  ASSERT_TRUE(killed.has_value());
  const auto signal = killed->wait();
  ASSERT_TRUE(signal.has_value());
  EXPECT_TRUE(signal->was_signalled);
  EXPECT_EQ(signal->value, SIGTERM);
}

TEST(Process, ReportsAProgramThatIsNotThere) {
  SpawnOptions options = shell("");
  options.program = HostPath::literal("/nonexistent/program");
  const auto process = Process::spawn(options);
  ASSERT_FALSE(process.has_value());
  EXPECT_EQ(process.error().code, ENOENT);
  EXPECT_NE(process.error().message.find("/nonexistent/program"), std::string::npos);
}

TEST(Process, GetsExactlyTheEnvironmentGiven) {
  SpawnOptions options = shell("");
  options.program = HostPath::literal("/usr/bin/env");
  options.arguments = {"env"};
  options.environment = {"A=1", "B=two words"};
  EXPECT_EQ(run_and_capture(options, 1000)->output, "A=1\nB=two words\n");
}

TEST(Process, InheritsNoDescriptorOfOurs) {
  const auto pipe = make_pipe();
  ASSERT_TRUE(pipe.has_value());
  EXPECT_EQ(output_of("ls -l /proc/self/fd").find("pipe:[" + std::to_string(inode_of(pipe->read.get()))),
            std::string::npos);
}

TEST(Process, PlacesDescriptorsEvenWhenTheySwap) {
  auto first = make_pipe();
  auto second = make_pipe();
  ASSERT_TRUE(first.has_value() && second.has_value());
  SpawnOptions options = shell("");
  const int one = first->write.get();
  const int two = second->write.get();
  options.descriptors = {{one, two}, {two, one}};
  options.arguments[2] = "echo first >&" + std::to_string(two) + "; echo second >&" + std::to_string(one);
  auto process = Process::spawn(options);
  ASSERT_TRUE(process.has_value());
  ASSERT_TRUE(process->wait().has_value());
  first->write.reset();
  second->write.reset();
  EXPECT_EQ(*read_all(first->read.get(), 100), "first\n");
  EXPECT_EQ(*read_all(second->read.get(), 100), "second\n");
}

TEST(Process, StartsWithDefaultSignalsAndNoneBlocked) {
  sigset_t all;
  sigset_t before;
  ASSERT_EQ(::sigfillset(&all), 0);
  const auto handler = ::signal(SIGUSR1, SIG_IGN);
  ASSERT_EQ(::sigprocmask(SIG_BLOCK, &all, &before), 0);
  const std::string masks = output_of("sed -n 's/^Sig\\(Blk\\|Ign\\):\\t//p' /proc/self/status");
  ASSERT_EQ(::sigprocmask(SIG_SETMASK, &before, nullptr), 0);
  ::signal(SIGUSR1, handler);
  // The C library keeps its own two signals (32 and 33) ignored across a spawn.
  EXPECT_EQ(masks, "0000000000000000\n0000000180000000\n");
}

TEST(Process, LeadsASessionWhenAsked) {
  SpawnOptions options = shell("read -r pid name state parent group session rest </proc/self/stat; echo $session $$");
  const auto with = [&](bool own) {
    options.new_session = own;
    const std::string text = run_and_capture(options, 100)->output;
    return text.substr(0, text.find(' ')) == text.substr(text.find(' ') + 1, text.size() - text.find(' ') - 2);
  };
  EXPECT_TRUE(with(true));
  EXPECT_FALSE(with(false));
}

TEST(Process, IsKilledAndReapedWhenItsOwnerGoes) {
  pid_t pid = 0;
  Fd watch;
  {
    auto process = Process::spawn(shell("exec sleep 600"));
    ASSERT_TRUE(process.has_value());
    pid = process->pid();
    watch = *duplicate(process->pidfd());
  }
  pollfd poll_fd{.fd = watch.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&poll_fd, 1, 0), 1) << "it has ended";
  EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD) << "and was reaped";
}

TEST(Process, LivesOnWhenReleased) {
  pid_t pid = 0;
  {
    auto process = Process::spawn(shell("exec sleep 600"));
    ASSERT_TRUE(process.has_value());
    pid = process->pid();
    process->release();
  }
  EXPECT_EQ(::kill(pid, 0), 0);
  EXPECT_EQ(::kill(pid, SIGKILL), 0);
  EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
}

TEST(Process, TakesASignalThroughItsDescriptor) {
  auto process = Process::spawn(shell("exec sleep 600"));
  ASSERT_TRUE(process.has_value());
  ASSERT_TRUE(process->signal(SIGINT).has_value());
  const auto ending = process->wait();
  ASSERT_TRUE(ending.has_value());
  EXPECT_EQ(ending->value, SIGINT);
}

TEST(RunAndCapture, StopsAtTheLimitAndEndsTheChild) {
  EXPECT_FALSE(run_and_capture(shell("while :; do echo xxxxxxxx; done"), 100).has_value());
}

TEST(RunAndCapture, GivesTheChildNoInput) {
  EXPECT_EQ(output_of("cat; echo end"), "end\n");
}

TEST(Pidfd, OfNobodyFails) {
  EXPECT_EQ(open_pidfd(0x3fffffff).error().code, ESRCH);
  EXPECT_FALSE(signal_pidfd(9999, 0).has_value());
}

}  // namespace
}  // namespace hutch::os
