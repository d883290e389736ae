// How runs end, on their own and otherwise; barriers; many at once.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/text.h"
#include "launch_fixture.h"
#include "os/file.h"
#include "os/socket.h"

namespace hutch::test {
namespace {

using List = std::vector<std::string>;
using plan::Message;
using plan::Packet;

bool has_hung_up(int fd) {
  pollfd polled{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&polled, 1, 0) > 0 && (polled.revents & POLLHUP) != 0;
}

// Every process of the sandbox's pid namespace, as seen from here.
List processes_in(const std::string& pid_namespace) {
  List found;
  const auto names = os::list_directory(HostPath::literal("/proc"));
  for (const std::string& name : *names) {
    if (name[0] < '0' || name[0] > '9') continue;
    char target[64] = {};
    if (::readlink(("/proc/" + name + "/ns/pid").c_str(), target, sizeof target - 1) <= 0) continue;
    if (target == pid_namespace) found.push_back(name);
  }
  return found;
}

std::string namespace_of(pid_t pid) {
  char target[64] = {};
  (void)!::readlink(text::format("/proc/%d/ns/pid", pid).c_str(), target, sizeof target - 1);
  return target;
}

// A run that says "up" and then sleeps, with a process lingering beside it.
plan::Sandbox long_sandbox() {
  plan::Sandbox sandbox = small_sandbox();
  set_words(sandbox, {"linger", "/tmp/trace", "--", "say", "up", "--", "sleep", "600"});
  return sandbox;
}

void wait_until_up(Launched& launched) {
  std::string line = launched.read_line();
  while (!line.empty() && line != "say: up") line = launched.read_line();
  ASSERT_EQ(line, "say: up") << launched.errors();
}

TEST(LaunchLife, KillingTheSupervisorEndsEverythingInside) {
  Launched launched(long_sandbox(), {});
  wait_until_up(launched);
  const std::string inside = namespace_of(launched.init());
  ASSERT_EQ(processes_in(inside).size(), 3u);
  ASSERT_EQ(::kill(launched.pid(), SIGKILL), 0);
  EXPECT_TRUE(eventually([&] { return processes_in(inside).empty(); }));
  EXPECT_EQ(launched.wait(), 128 + SIGKILL);
}

TEST(LaunchLife, KillingPidOneEndsTheRunAs137) {
  Launched launched(long_sandbox(), {});
  wait_until_up(launched);
  const pid_t init = launched.init();
  const std::string inside = namespace_of(init);
  ASSERT_EQ(::kill(init, SIGKILL), 0);
  EXPECT_EQ(launched.wait(), 137);
  EXPECT_TRUE(eventually([&] { return processes_in(inside).empty(); }));
}

TEST(LaunchLife, WhatTheCommandLeavesBehindIsGoneWhenItsStatusIsKnown) {
  const Place place;
  (void)place.directory("shared");
  plan::Sandbox sandbox = small_sandbox();
  sandbox.landlock.files = false;
  sandbox.steps.emplace_back(bind_of(place.at("shared"), "/shared", plan::BindAccess::kReadWrite));
  const Seen result = peek(sandbox, {"linger", "/shared/trace", "--", "linger", "/shared/trace", "--", "exit", "5"});
  EXPECT_EQ(result.status, 5);
  const std::string trace = content_of(place.at("shared/trace"));
  for (int look = 0; look < 20; ++look) pause_briefly();
  EXPECT_EQ(content_of(place.at("shared/trace")), trace);  // nobody writes any more
}

TEST(LaunchLife, SignalsToTheSupervisorReachTheCommand) {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2}) {
    plan::Sandbox sandbox = small_sandbox();
    set_words(sandbox, {"trap"});
    Launched launched(sandbox, {});
    ASSERT_EQ(launched.read_line(), "trap: ready");
    ASSERT_EQ(::kill(launched.pid(), signal), 0);
    EXPECT_EQ(launched.read_line(), "trap: " + std::to_string(signal));
    EXPECT_EQ(launched.wait(), 40 + signal);
  }
}

TEST(LaunchLife, ASignalNobodyCatchesEndsTheRunAsThatSignal) {
  Launched launched(long_sandbox(), {});
  wait_until_up(launched);
  ASSERT_EQ(::kill(launched.pid(), SIGTERM), 0);
  EXPECT_EQ(launched.wait(), 128 + SIGTERM);
}

TEST(LaunchLife, StoppingTheSupervisorStopsTheCommandAndBack) {
  plan::Sandbox sandbox = small_sandbox();
  set_words(sandbox, {"say", "up", "--", "sleep", "600"});
  Launched launched(sandbox, {});
  wait_until_up(launched);
  const pid_t command = children_of(launched.init()).front();
  ASSERT_EQ(::kill(launched.pid(), SIGTSTP), 0);
  EXPECT_TRUE(eventually([&] { return state_of(launched.pid()) == 'T' && state_of(command) == 'T'; }));
  ASSERT_EQ(::kill(launched.pid(), SIGCONT), 0);
  EXPECT_TRUE(eventually([&] { return state_of(launched.pid()) == 'S' && state_of(command) == 'S'; }));
}

TEST(LaunchLife, ACommandThatStopsItselfDoesNotStopTheSupervisor) {
  plan::Sandbox sandbox = small_sandbox();
  set_words(sandbox, {"say", "up", "--", "raise", std::to_string(SIGSTOP), "--", "exit", "9"});
  Launched launched(sandbox, {});
  wait_until_up(launched);
  const pid_t command = children_of(launched.init()).front();
  ASSERT_TRUE(eventually([&] { return state_of(command) == 'T'; }));
  EXPECT_NE(state_of(launched.pid()), 'T');
  ASSERT_EQ(::kill(launched.pid(), SIGCONT), 0);
  EXPECT_EQ(launched.wait(), 9);
}

TEST(LaunchLife, DirectoriesAreRemovedAtTheEndHoweverItComes) {
  const Place place;
  for (const bool is_failing : {false, true}) {
    plan::Sandbox sandbox = small_sandbox();
    (void)place.directory("runtime");
    (void)place.directory("runtime/deep");
    (void)place.file("runtime/deep/file", "x");
    sandbox.remove_at_end = {place.at("runtime")};
    if (is_failing) sandbox.command.program = "/absent";
    EXPECT_EQ(peek(sandbox, {"exit", "0"}).status, is_failing ? 127 : 0);
    EXPECT_NE(::access(place.at("runtime").c_str(), F_OK), 0);
  }
}

TEST(LaunchLife, HelpersSeeTheLifePairHangUp) {
  int life[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, life), 0);
  const os::Fd helper(life[0]);
  plan::Sandbox sandbox = small_sandbox();
  set_words(sandbox, {"fds", "--", "say", "up", "--", "sleep", "600"});
  Options options;
  options.life = os::Fd(life[1]);
  Launched launched(sandbox, std::move(options));
  wait_until_up(launched);
  EXPECT_EQ(launched.output().find("fds 10"), std::string::npos);
  EXPECT_FALSE(has_hung_up(helper.get()));
  ASSERT_EQ(::kill(launched.pid(), SIGKILL), 0);
  EXPECT_TRUE(eventually([&] { return has_hung_up(helper.get()); }));
}

// The coordinator's part, played by the test.
class Coordinator {
 public:
  Coordinator() : pair_(std::move(*os::make_packet_pair())) {}
  [[nodiscard]] os::Fd launcher_end() { return std::move(pair_.right); }
  Packet hear() {
    Packet packet;
    const auto received = os::receive_packet(pair_.left.get(), sizeof packet);
    EXPECT_TRUE(received && received->bytes.size() == sizeof packet);
    if (received && received->bytes.size() == sizeof packet) {
      std::memcpy(static_cast<void*>(&packet), received->bytes.data(), sizeof packet);
    }
    return packet;
  }
  void say(Message kind) {
    Packet packet;
    packet.kind = kind;
    EXPECT_TRUE(os::send_packet(pair_.left.get(), {reinterpret_cast<const char*>(&packet), sizeof packet}));
  }
  void leave() { pair_.left.reset(); }

 private:
  os::SocketPair pair_;
};

TEST(LaunchLife, StepsBehindTheBarrierWaitForTheCoordinator) {
  const Place place;
  plan::Sandbox sandbox = small_sandbox();
  sandbox.landlock.files = false;
  plan::Bind late = bind_of(place.path(), "/late");
  late.source = place.at("late");
  late.type = FileType::kRegular;
  late.identity.reset();
  sandbox.steps.emplace_back(plan::AwaitHelpers{});
  sandbox.steps.emplace_back(late);
  set_words(sandbox, {"read", "/late", "--", "namespaces"});
  Coordinator coordinator;
  Options options;
  options.coordinator = coordinator.launcher_end();
  Launched launched(sandbox, std::move(options));
  const Packet cloned = coordinator.hear();
  EXPECT_EQ(cloned.kind, Message::kCloned);
  EXPECT_EQ(cloned.value, launched.init());
  EXPECT_TRUE(is_alive(launched.init()));
  (void)place.file("late", "made late\n");  // only now: a launcher that had not waited would have failed
  coordinator.say(Message::kReady);
  coordinator.leave();
  EXPECT_EQ(launched.read_line(), "read /late: made late");
  char own[64] = {};
  ASSERT_GT(::readlink("/proc/self/ns/cgroup", own, sizeof own - 1), 0);
  EXPECT_EQ(launched.wait(), 0);
  EXPECT_EQ(launched.output().find(own), std::string::npos);  // the cgroup namespace is new all the same
}

TEST(LaunchLife, ACoordinatorThatFailsOrVanishesEndsTheRun) {
  for (const bool says_so : {true, false}) {
    plan::Sandbox sandbox = small_sandbox();
    sandbox.steps.emplace_back(plan::AwaitHelpers{});
    set_words(sandbox, {"say", "it ran"});
    Coordinator coordinator;
    Options options;
    options.coordinator = coordinator.launcher_end();
    options.gives_front_end = true;
    Launched launched(sandbox, std::move(options));
    (void)coordinator.hear();
    const pid_t init = launched.init();
    if (says_so) coordinator.say(Message::kAbort);
    coordinator.leave();
    // One that gave up has printed why; one that vanished has not, and the front end (here: echo) says so.
    EXPECT_EQ(launched.wait(), says_so ? 125 : 0);
    const std::string report = text::format("--report %d -1 0\n", static_cast<int>(plan::Stage::kCoordinator));
    EXPECT_EQ(launched.output(), says_so ? "" : report);
    EXPECT_TRUE(eventually([&] { return !is_alive(init); }));
  }
}

TEST(LaunchLife, KillingTheSupervisorAtABarrierEndsPidOne) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.steps.emplace_back(plan::AwaitHelpers{});
  Coordinator coordinator;
  Options options;
  options.coordinator = coordinator.launcher_end();
  Launched launched(sandbox, std::move(options));
  (void)coordinator.hear();
  const pid_t init = launched.init();
  ASSERT_EQ(::kill(launched.pid(), SIGKILL), 0);
  EXPECT_TRUE(eventually([&] { return !is_alive(init); }));
}

TEST(LaunchLife, IdRangesAreWrittenByTheCoordinator) {
  plan::Sandbox sandbox = small_sandbox();
  const auto range_of = [](const char* file) {
    // newuidmap is setuid and checks /etc/subuid itself; take this user's first line.
    IdRange range;
    const passwd* const user = ::getpwuid(::getuid());
    const std::string content = content_of(*HostPath::parse(file));
    for (const std::string_view line : text::split(content, '\n')) {
      const auto parts = text::split(line, ':');
      if (parts.size() != 3) continue;
      const bool is_ours = parts[0] == std::to_string(::getuid()) || (user != nullptr && parts[0] == user->pw_name);
      if (!is_ours) continue;
      range.outside = static_cast<std::uint32_t>(*text::parse_number(parts[1], 0xffffffffu));
      range.count = 1000;
      break;
    }
    return range;
  };
  const IdRange uids = range_of("/etc/subuid");
  const IdRange gids = range_of("/etc/subgid");
  if (uids.count == 0 || gids.count == 0) GTEST_SKIP() << "this user has no subordinate ids";
  sandbox.namespaces.uid_ranges = {uids};
  sandbox.namespaces.gid_ranges = {gids};
  set_words(sandbox, {"ids", "--", "read", "/proc/self/uid_map"});
  Coordinator coordinator;
  Options options;
  options.coordinator = coordinator.launcher_end();
  Launched launched(sandbox, std::move(options));
  const Packet cloned = coordinator.hear();
  const auto map = [&](const char* program, const IdRange& range, unsigned own) {
    const std::string command = text::format("%s %d %u %u 1 0 %u 1000", program, cloned.value, own, own, range.outside);
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
  };
  map("newuidmap", uids, ::getuid());
  map("newgidmap", gids, ::getgid());
  coordinator.say(Message::kMapped);
  coordinator.say(Message::kReady);
  EXPECT_EQ(launched.wait(), 0) << launched.errors();
  EXPECT_NE(launched.output().find(text::format("ids uid: %u\n", ::getuid())), std::string::npos);
  EXPECT_EQ(launched.output().find("ids group"), std::string::npos);  // left behind, unlike with a single id
}

TEST(LaunchLife, ASignalBeforeTheStartEndsTheRun) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.steps.emplace_back(plan::AwaitHelpers{});
  Coordinator coordinator;
  Options options;
  options.coordinator = coordinator.launcher_end();
  Launched launched(sandbox, std::move(options));
  (void)coordinator.hear();
  const pid_t init = launched.init();
  ASSERT_EQ(::kill(launched.pid(), SIGINT), 0);
  EXPECT_EQ(launched.wait(), 128 + SIGINT);
  EXPECT_TRUE(eventually([&] { return !is_alive(init); }));
}

// Mounts, descriptors and directories of this process; what a leak would add to.
struct Footprint {
  std::size_t mounts = 0;
  std::size_t descriptors = 0;
  std::size_t processes = 0;
  bool operator==(const Footprint&) const = default;
};

Footprint footprint() {
  Footprint found;
  const std::string mounts = content_of(HostPath::literal("/proc/self/mountinfo"));
  found.mounts = static_cast<std::size_t>(std::count(mounts.begin(), mounts.end(), '\n'));
  found.descriptors = os::list_directory(HostPath::literal("/proc/self/fd"))->size();
  found.processes = children_of(::getpid()).size();
  return found;
}

TEST(LaunchLife, TwoHundredAtOnceLeaveNothingBehind) {
  const Place place;
  const Footprint before = footprint();
  List namespaces;
  {
    std::vector<std::unique_ptr<Launched>> all;
    for (int index = 0; index < 200; ++index) {
      plan::Sandbox sandbox = small_sandbox();
      const std::string name = "runtime" + std::to_string(index);
      (void)place.directory(name.c_str());
      sandbox.remove_at_end = {place.at(name.c_str())};
      set_words(sandbox, {"linger", "/tmp/trace", "--", "say", "up", "--", "trap"});
      all.push_back(std::make_unique<Launched>(sandbox, Options{}));
    }
    for (auto& launched : all) {
      wait_until_up(*launched);
      ASSERT_EQ(launched->read_line(), "trap: ready");
      namespaces.push_back(namespace_of(launched->init()));
    }
    // A quarter each: asked to end, killed outside, killed at PID 1, asked to end.
    for (std::size_t index = 0; index < all.size(); ++index) {
      const pid_t victim = index % 4 == 2 ? all[index]->init() : all[index]->pid();
      ASSERT_EQ(::kill(victim, index % 4 == 1 || index % 4 == 2 ? SIGKILL : SIGTERM), 0);
    }
    for (std::size_t index = 0; index < all.size(); ++index) {
      const int expected = index % 4 == 1 || index % 4 == 2 ? 128 + SIGKILL : 40 + SIGTERM;
      EXPECT_EQ(all[index]->wait(), expected);
    }
  }
  for (const std::string& inside : namespaces) {
    EXPECT_TRUE(eventually([&] { return processes_in(inside).empty(); }));
  }
  EXPECT_EQ(footprint(), before);
  // A killed supervisor leaves its directory to the next run's sweep; the others have removed theirs.
  EXPECT_EQ(os::list_directory(place.path())->size(), 50u);
}

}  // namespace
}  // namespace hutch::test
