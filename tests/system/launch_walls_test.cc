// Each wall, tried from inside.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/text.h"
#include "launch_fixture.h"

namespace hutch::test {
namespace {

using List = std::vector<std::string>;

std::string link_of(const char* path) {
  char target[256] = {};
  const ssize_t size = ::readlink(path, target, sizeof target - 1);
  return size < 0 ? "" : target;
}

// The small sandbox with one wall left out, so that what stands behind it is seen alone.
Seen peek_without_landlock(const List& words) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.landlock = {.files = false, .scope_signals = false, .scope_abstract = false, .rules = {}};
  return peek(sandbox, words);
}

TEST(LaunchWalls, EveryNamespaceIsNew) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.namespaces.time = true;
  const Seen result = peek(sandbox, {"namespaces"});
  for (const char* const name : {"cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"}) {
    const std::string inside = result.one(std::string("namespaces ") + name);
    EXPECT_NE(inside, link_of((std::string("/proc/self/ns/") + name).c_str())) << name;
    EXPECT_TRUE(inside.starts_with(name)) << inside << result.errors;
  }
}

TEST(LaunchWalls, NamespacesThatThePlanLeavesOutAreTheHosts) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.namespaces.network = sandbox.namespaces.ipc = sandbox.namespaces.uts = sandbox.namespaces.cgroup = false;
  const Seen result = peek(sandbox, {"namespaces"});
  for (const char* const name : {"cgroup", "ipc", "net", "uts"}) {
    EXPECT_EQ(result.one(std::string("namespaces ") + name), link_of((std::string("/proc/self/ns/") + name).c_str()));
  }
}

TEST(LaunchWalls, NoCapabilityInAnySet) {
  const Seen result = peek(small_sandbox(), {"caps"});
  for (const char* const set : {"effective", "permitted", "inheritable"}) {
    EXPECT_EQ(result.one(std::string("caps ") + set), "000000000") << set;
  }
  EXPECT_EQ(result.one("caps bounding"), "0");
  EXPECT_EQ(result.one("caps ambient"), "0");
  EXPECT_EQ(result.one("caps no_new_privs"), "1");
  EXPECT_EQ(result.one("caps securebits"), "ef");
  EXPECT_EQ(result.one("caps seccomp"), "2");
}

TEST(LaunchWalls, NoNewUserNamespace) {
  const Seen result = peek(small_sandbox(), {"userns"});
  EXPECT_EQ(result.one("userns unshare"), "ENOSPC");  // user.max_user_namespaces; the small filter does not forbid it
  EXPECT_EQ(result.one("userns clone"), "ENOSPC");
}

TEST(LaunchWalls, AUserNamespaceWhereOneMayBeMadeIsAFailureUnlessGranted) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.namespace_limits.clear();
  EXPECT_EQ(peek(sandbox, {"userns"}).status, 125);
  sandbox.allows_nested_userns = true;
  EXPECT_EQ(peek(sandbox, {"userns"}).one("userns unshare"), "ok");
}

TEST(LaunchWalls, NoMountsWithAndWithoutLandlock) {
  const List expected = {"mount tmpfs",     "mount remount", "mount fsopen",
                         "mount open_tree", "mount umount",  "mount pivot_root"};
  for (const Seen& result : {peek(small_sandbox(), {"mount"}), peek_without_landlock({"mount"})}) {
    for (const std::string& fact : expected) EXPECT_EQ(result.one(fact), "EPERM") << fact;
  }
}

TEST(LaunchWalls, TheHostsSessionKeyringIsOutOfReach) {
  // A keyring of this test's own with one key stands for the login session's.
  ASSERT_GE(::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr), 0);
  long key = -1;
  const auto add_key = [&] {
    key = ::syscall(SYS_add_key, "user", "hutch-test-key", "secret", 6, static_cast<long>(KEY_SPEC_SESSION_KEYRING));
    return key >= 0;
  };
  ASSERT_TRUE(eventually(add_key));  // the keys of the tests before count until the kernel has collected them
  ASSERT_GE(::syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "hutch-test-key", 0), 0);
  const Seen result = peek(small_sandbox(), {"keyring", "hutch-test-key", std::to_string(key)});
  EXPECT_EQ(result.one("keyring session"), "ok");
  EXPECT_EQ(result.one("keyring search"), "ENOKEY");
  EXPECT_EQ(result.one("keyring read"), "EACCES");
}

TEST(LaunchWalls, TypingIntoTerminalsIsRefused) {
  const Seen result = peek(small_sandbox(), {"tiocsti"});
  EXPECT_EQ(result.one("tiocsti stdin"), "EPERM");
  EXPECT_EQ(result.one("tiocsti upper"), "EPERM");
}

// A listener on an abstract socket outside.
class AbstractSocket {
 public:
  explicit AbstractSocket(const std::string& name) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(fd_.get(), 4), 0);
  }

 private:
  os::Fd fd_;
};

TEST(LaunchWalls, AbstractSocketsOfTheHostAreOutOfReach) {
  const std::string name = text::format("hutch-test-%d", ::getpid());
  const AbstractSocket socket(name);
  EXPECT_EQ(peek(small_sandbox(), {"abstract", name}).one("abstract " + name), "ECONNREFUSED");
  plan::Sandbox on_host_network = small_sandbox();
  on_host_network.namespaces.network = false;
  EXPECT_EQ(peek(on_host_network, {"abstract", name}).one("abstract " + name), "EPERM");
  on_host_network.landlock.scope_abstract = false;
  EXPECT_EQ(peek(on_host_network, {"abstract", name}).one("abstract " + name), "ok");
}

TEST(LaunchWalls, OnlyLoopbackIsThereAndItIsUp) {
  const Seen result = peek(small_sandbox(), {"interfaces", "--", "net", "127.0.0.1", "--", "net", "192.0.2.1"});
  EXPECT_EQ(result.all("interfaces lo"), List{"up"});
  EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 3);
  EXPECT_EQ(result.one("net 127.0.0.1"), "ok");
  EXPECT_EQ(result.one("net 192.0.2.1"), "ENETUNREACH");
}

TEST(LaunchWalls, NobodyButTheSandboxIsVisible) {
  const Seen result = peek(small_sandbox(), {"session", "--", "list", "/proc"});
  EXPECT_EQ(result.one("session parent"), "1");
  List pids;
  for (const std::string& name : result.all("list /proc")) {
    if (name[0] >= '0' && name[0] <= '9') pids.push_back(name);
  }
  EXPECT_EQ(pids, (List{"1", result.one("session pid")}));
}

TEST(LaunchWalls, ASessionAndProcessGroupOfItsOwn) {
  const Seen result = peek(small_sandbox(), {"session", "--", "kill", "0", "0"});
  EXPECT_EQ(result.one("session session"), result.one("session pid"));
  EXPECT_EQ(result.one("session group"), result.one("session pid"));
  EXPECT_EQ(result.one("session terminal"), "ENXIO");
}

TEST(LaunchWalls, TheGroupOfTheCallerIsNotHitByKillZero) {
  // Were the process group shared, this test program would get the signal and die.
  const Seen result = peek(small_sandbox(), {"kill", "0", std::to_string(SIGKILL)});
  EXPECT_EQ(result.status, 128 + SIGKILL);
}

TEST(LaunchWalls, PidOneGivesNothingAwayAndTheStatusCannotBeForged) {
  for (const bool has_landlock : {true, false}) {
    const List words = {"steal-exit", "--", "ptrace", "1", "--", "kill", "1", "9", "--", "exit", "3"};
    const Seen result = has_landlock ? peek(small_sandbox(), words) : peek_without_landlock(words);
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.one("steal-exit stolen"), "0");
    EXPECT_EQ(result.one("steal-exit memory"), "EACCES");
    EXPECT_EQ(result.one("steal-exit root"), "EACCES");
    EXPECT_EQ(result.one("steal-exit program"), "EACCES");
    EXPECT_EQ(result.one("steal-exit descriptors"), "!EACCES");
    EXPECT_EQ(result.one("steal-exit environ"), "!EACCES");
    EXPECT_EQ(result.one("ptrace 1"), "EPERM");
  }
}

TEST(LaunchWalls, TheSupervisorGivesNothingAwayToItsOwnUser) {
  plan::Sandbox sandbox = small_sandbox();
  set_words(sandbox, {"say", "up", "--", "sleep", "60"});
  Launched launched(sandbox, {});
  ASSERT_EQ(launched.read_line(), "say: up");
  const std::string supervisor = text::format("/proc/%d/", launched.pid());
  EXPECT_LT(::open((supervisor + "mem").c_str(), O_RDONLY | O_CLOEXEC), 0);
  EXPECT_EQ(link_of((supervisor + "root").c_str()), "");
  // PID 1's user namespace belongs to this user, who may look at it from outside: nothing of the host is left there.
  for (const pid_t pid : {launched.pid(), launched.init()}) {
    const std::string base = text::format("/proc/%d/", pid);
    EXPECT_EQ(content_of(*HostPath::parse(base + "environ")), "");
    EXPECT_EQ(content_of(*HostPath::parse(base + "cmdline")).find("say"), std::string::npos);
  }
}

TEST(LaunchWalls, ProcIsMaskedAndItsSwitchesAreReadOnly) {
  for (const char* const hidden : {"kcore", "keys", "kallsyms", "interrupts", "timer_list", "key-users", "config.gz"}) {
    const std::string path = std::string("/proc/") + hidden;
    if (::access(path.c_str(), F_OK) != 0) continue;  // not in this kernel
    EXPECT_EQ(peek(small_sandbox(), {"open", path}).one("open " + path), "EACCES");
    EXPECT_EQ(peek_without_landlock({"open", path}).one("open " + path), "EACCES");
  }
  const Seen mounts = peek(small_sandbox(), {"mounts"});
  for (const char* const sealed : {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"}) {
    if (::access(sealed, F_OK) != 0) continue;
    EXPECT_TRUE(mounts.one(std::string("mounts ") + sealed).starts_with("ro,nosuid,nodev,noexec")) << sealed;
  }
  const Seen result = peek(small_sandbox(), {"open", "/proc/cpuinfo", "--", "open", "/proc/self/status"});
  EXPECT_EQ(result.one("open /proc/cpuinfo"), "ok");
  EXPECT_EQ(result.one("open /proc/self/status"), "ok");
}

TEST(LaunchWalls, ProcIsWholeWhereThePlanSaysSo) {
  plan::Sandbox sandbox = small_sandbox();
  std::get<plan::Proc>(sandbox.steps[0]).masked = false;
  const Seen result = peek(sandbox, {"open", "/proc/interrupts", "--", "mounts"});
  EXPECT_EQ(result.one("open /proc/interrupts"), "ok");
  EXPECT_EQ(result.one("mounts /proc/sys"), "<none>");
}

TEST(LaunchWalls, TheRootHoldsExactlyWhatThePlanPutThere) {
  const Seen result = peek(small_sandbox(), {"list", "/", "--", "list", "/dev", "--", "list", "/dev/shm", "--", "list",
                                             "/tmp", "--", "list", "/.."});
  EXPECT_EQ(result.all("list /"), (List{"dev", "peek", "proc", "tmp"}));
  EXPECT_EQ(result.all("list /.."), (List{"dev", "peek", "proc", "tmp"}));
  EXPECT_EQ(result.all("list /dev"), (List{"fd", "full", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin",
                                           "stdout", "tty", "urandom", "zero"}));
  EXPECT_EQ(result.all("list /dev/shm"), List{});
  EXPECT_EQ(result.all("list /tmp"), List{});
}

TEST(LaunchWalls, DevicesWork) {
  const Seen result =
      peek(small_sandbox(), {"write", "/dev/null", "--", "write", "/dev/full", "--", "open", "/dev/urandom", "--",
                             "open", "/dev/ptmx", "w", "--", "stat", "/dev/zero"});
  EXPECT_EQ(result.one("write /dev/null"), "ok");
  EXPECT_EQ(result.one("write /dev/full"), "ENOSPC");
  EXPECT_EQ(result.one("open /dev/urandom"), "ok");
  EXPECT_EQ(result.one("open /dev/ptmx"), "ok");
  EXPECT_TRUE(result.one("stat /dev/zero").starts_with("mode 20666"));
}

TEST(LaunchWalls, NoMountIsSharedSetuidOrHasDevicesItShouldNot) {
  const Seen result = peek(small_sandbox(), {"mounts"});
  int count = 0;
  for (const std::string_view line : text::split(result.output, '\n')) {
    if (line.empty()) continue;
    ++count;
    EXPECT_EQ(line.find("shared"), std::string_view::npos) << line;
    EXPECT_NE(line.find("nosuid"), std::string_view::npos) << line;
    const bool is_device = line.starts_with("mounts /dev");
    EXPECT_EQ(line.find("nodev") == std::string_view::npos, is_device && !line.starts_with("mounts /dev/shm")) << line;
  }
  EXPECT_GT(count, 12);
}

TEST(LaunchWalls, LandlockAloneKeepsFilesReadOnly) {
  // The root tmpfs is not sealed here, so nothing but the rules forbids writing.
  const Seen result = peek(small_sandbox(), {"write", "/new", "--", "mkdir", "/newdir", "--", "write", "/tmp/new"});
  EXPECT_EQ(result.one("write /new"), "EACCES");
  EXPECT_EQ(result.one("mkdir /newdir"), "EACCES");
  EXPECT_EQ(result.one("write /tmp/new"), "ok");
  const Seen without = peek_without_landlock({"write", "/new"});
  EXPECT_EQ(without.one("write /new"), "ok");
}

TEST(LaunchWalls, RulesForPathsThatAreNotThereGrantNothing) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.landlock.rules.push_back(
      {.path = BoxPath::literal("/home/somebody"), .access = plan::LandlockAccess::kReadWriteExecute});
  EXPECT_EQ(peek(sandbox, {"say", "x"}).status, 0);
}

TEST(LaunchWalls, TmpfsHaveTheSizeOfThePlan) {
  const Seen result = peek(small_sandbox(), {"fill", "/tmp", "16000000", "--", "fill", "/dev/shm", "16000000"});
  EXPECT_EQ(result.one("fill /tmp"), std::to_string(1 << 20));
  EXPECT_EQ(result.one("fill /dev/shm"), std::to_string(1 << 20));
}

TEST(LaunchWalls, TheOomScoreIsRaised) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.oom_score_adjust = 300;
  EXPECT_EQ(peek(sandbox, {"read", "/proc/self/oom_score_adj"}).one("read /proc/self/oom_score_adj"), "300");
}

}  // namespace
}  // namespace hutch::test
