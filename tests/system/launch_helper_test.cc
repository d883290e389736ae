// `helper` mode: walls around one process in place. `guard` mode: a program that ends with the life pair.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "launch_fixture.h"

namespace hutch::test {
namespace {

using List = std::vector<std::string>;

plan::Sandbox helper_sandbox() {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.steps.erase(sandbox.steps.begin());  // no pid namespace, no /proc of its own
  return sandbox;
}

Options helper() {
  Options options;
  options.mode = {plan::kModeHelper};
  return options;
}

TEST(LaunchHelper, AHelperRunsBehindTheSameWalls) {
  const Seen result = peek(helper_sandbox(),
                           {"caps", "--", "mount", "--",   "userns", "--",  "environ", "--",      "fds", "--",   "list",
                            "/",    "--", "write", "/new", "--",     "ids", "--",      "keyring", "--",  "exit", "8"},
                           helper());
  EXPECT_EQ(result.status, 8) << result.errors;
  EXPECT_EQ(result.one("caps effective"), "000000000");
  EXPECT_EQ(result.one("caps bounding"), "0");
  EXPECT_EQ(result.one("caps no_new_privs"), "1");
  EXPECT_EQ(result.one("caps seccomp"), "2");
  EXPECT_EQ(result.one("mount tmpfs"), "EPERM");
  EXPECT_EQ(result.one("userns unshare"), "ENOSPC");
  EXPECT_EQ(result.all("environ"), (List{"PATH=/:/usr/bin:/bin", "HUTCH=inside"}));
  EXPECT_EQ(result.all("list /"), (List{"dev", "peek", "tmp"}));
  EXPECT_EQ(result.one("write /new"), "EACCES");
  EXPECT_EQ(result.one("ids uid"), std::to_string(::getuid()));
  EXPECT_EQ(result.one("keyring search"), "ENOKEY");
  EXPECT_EQ(result.one("fds 3"), "<none>");
}

TEST(LaunchHelper, ItIsTheVeryProcessThatWasStarted) {
  plan::Sandbox sandbox = helper_sandbox();
  set_words(sandbox, {"session", "--", "say", "up", "--", "sleep", "600"});
  Launched launched(sandbox, helper());
  EXPECT_EQ(launched.read_line(), "session pid: " + std::to_string(launched.pid()));
}

TEST(LaunchHelper, ItKeepsListedDescriptorsTheLifePairIncluded) {
  int life[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, life), 0);
  const os::Fd other(life[0]);
  plan::Sandbox sandbox = helper_sandbox();
  sandbox.descriptors = {plan::kLifeDescriptor};
  Options options = helper();
  options.life = os::Fd(life[1]);
  const Seen result = peek(sandbox, {"fds"}, std::move(options));
  EXPECT_EQ(result.one("fds 10"), "socket") << result.errors;
  EXPECT_EQ(result.one("fds 3"), "<none>");
}

TEST(LaunchHelper, FailuresAreOneLineAnd125) {
  plan::Sandbox sandbox = helper_sandbox();
  sandbox.steps.emplace_back(plan::Bind{.source = HostPath::literal("/absent"), .target = BoxPath::literal("/x")});
  const Seen result = peek(sandbox, {"say", "it ran"}, helper());
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(result.errors, text::format("hutch-launch: set-up failed: stage %d, step 3, error %d\n",
                                        static_cast<int>(plan::Stage::kSource), ENOENT));
}

TEST(LaunchHelper, AMissingProgramIs127) {
  plan::Sandbox sandbox = helper_sandbox();
  sandbox.command.program = "/absent";
  EXPECT_EQ(run(sandbox, helper()).status, 127);
}

Options guard(int life, const List& command) {
  Options options;
  options.mode = {plan::kModeGuard};
  options.mode.insert(options.mode.end(), command.begin(), command.end());
  options.life = os::Fd(life);
  return options;
}

TEST(LaunchGuard, TheProgramsStatusComesBack) {
  for (const char* const status : {"0", "3", "255"}) {
    int life[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, life), 0);
    const os::Fd other(life[0]);
    const Seen result = run(small_sandbox(), guard(life[1], {peek_program(), "fds", "--", "exit", status}));
    EXPECT_EQ(std::to_string(result.status), status);
    EXPECT_EQ(result.one("fds 10"), "<none>");
  }
}

TEST(LaunchGuard, TheProgramEndsWithTheLifePair) {
  int life[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, life), 0);
  os::Fd other(life[0]);
  Launched launched(small_sandbox(), guard(life[1], {peek_program(), "say", "up", "--", "sleep", "600"}));
  ASSERT_EQ(launched.read_line(), "say: up");
  const pid_t program = launched.init();
  EXPECT_TRUE(is_alive(program));
  other.reset();
  EXPECT_EQ(launched.wait(), 128 + SIGKILL);
  EXPECT_TRUE(eventually([&] { return !is_alive(program); }));
}

TEST(LaunchGuard, TheProgramEndsWithItsGuard) {
  int life[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, life), 0);
  const os::Fd other(life[0]);
  Launched launched(small_sandbox(), guard(life[1], {peek_program(), "say", "up", "--", "sleep", "600"}));
  ASSERT_EQ(launched.read_line(), "say: up");
  const pid_t program = launched.init();
  ASSERT_EQ(::kill(launched.pid(), SIGKILL), 0);
  EXPECT_TRUE(eventually([&] { return !is_alive(program); }));
}

TEST(LaunchGuard, WithoutAProgramOrALifePairNothingRuns) {
  Options no_life;
  no_life.mode = {plan::kModeGuard, peek_program(), "say", "it ran"};
  EXPECT_NE(run(small_sandbox(), std::move(no_life)).status, 0);
  int life[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, life), 0);
  const os::Fd other(life[0]);
  EXPECT_NE(run(small_sandbox(), guard(life[1], {})).status, 0);
}

}  // namespace
}  // namespace hutch::test
