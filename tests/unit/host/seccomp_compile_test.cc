#include "host/seccomp_compile.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/kcmp.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "bpf_interpreter.h"
#include "core/seccomp/groups.h"
#include "core/seccomp/policy.h"

namespace hutch::host {
namespace {

using seccomp::Stance;

constexpr std::uint32_t kAllow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t kKill = SECCOMP_RET_KILL_PROCESS;
constexpr std::uint32_t refused(int error) {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}
using Architectures = std::initializer_list<std::uint32_t>;
constexpr std::uint64_t kHigh = 0xdeadbeef00000000;  // what the kernel ignores in an int argument

plan::SeccompPolicy policy_with(const char* feature) {
  profile::Profile profile;
  if (feature != nullptr) profile.grants.push_back({.kind = profile::Kind::kFeature, .name = feature});
  return seccomp::policy_for(profile);
}

// One compiled policy and questions to it.
class Filter {
 public:
  explicit Filter(const plan::SeccompPolicy& policy) {
    const auto bytes = compile_seccomp(policy);
    if (bytes) program_ = instructions_of(*bytes);
  }
  explicit Filter(const char* feature = nullptr) : Filter(policy_with(feature)) {}

  [[nodiscard]] std::uint32_t number(std::uint32_t architecture, std::uint32_t number,
                                     const std::vector<std::uint64_t>& arguments = {}) {
    seccomp_data data{};
    data.nr = static_cast<int>(number);
    data.arch = architecture;
    std::copy(arguments.begin(), arguments.end(), std::begin(data.args));
    const auto result = run(program_, data);
    EXPECT_TRUE(result) << "number " << number;
    if (!result) return 0;
    longest_ = std::max(longest_, result->steps);
    return result->answer;
  }
  // A call of the native architecture, by name.
  [[nodiscard]] std::uint32_t call(const char* name, const std::vector<std::uint64_t>& arguments = {}) {
    const int value = seccomp_syscall_resolve_name(name);
    EXPECT_GE(value, 0) << name;
    return number(seccomp_arch_native(), static_cast<std::uint32_t>(value), arguments);
  }
  [[nodiscard]] std::size_t size() const { return program_.size(); }
  [[nodiscard]] unsigned longest() const { return longest_; }

 private:
  std::vector<sock_filter> program_;
  unsigned longest_ = 0;
};

bool exists(const char* name) {
  return seccomp_syscall_resolve_name(name) >= 0;
}

std::string name_of(std::uint32_t architecture, std::uint32_t number) {
  char* const name = seccomp_syscall_resolve_num_arch(architecture, static_cast<int>(number));
  std::string result = name == nullptr ? "" : name;
  std::free(name);
  return result;
}

// What the default policy answers to a call whose arguments are all zero.
std::uint32_t expected_of(const std::string& name, const std::vector<Stance>& granted) {
  if (name.empty()) return refused(ENOSYS);
  const seccomp::Group* const group = seccomp::group_of(name);
  if (group == nullptr) return refused(EPERM);
  if (name == "socket" || name == "socketpair") return refused(EAFNOSUPPORT);  // family 0
  if (std::ranges::find(granted, group->stance) != granted.end()) return kAllow;
  return refused(group->stance == Stance::kFallback ? ENOSYS : EPERM);
}

TEST(SeccompCompile, EveryNumberIsAnsweredByItsGroup) {
  Filter filter;
  for (std::uint32_t number = 0; number < 2048; ++number) {
    const std::string name = name_of(seccomp_arch_native(), number);
    EXPECT_EQ(filter.number(seccomp_arch_native(), number), expected_of(name, {Stance::kAllowed}))
        << number << " " << name;
  }
}

TEST(SeccompCompile, EveryNumberOfTheSecondAbiIsAnsweredByItsGroup) {
  if (seccomp_arch_native() != SCMP_ARCH_X86_64) GTEST_SKIP() << "written for x86-64";
  Filter filter("multiarch");
  for (const std::uint32_t architecture : Architectures{SCMP_ARCH_X86_64, SCMP_ARCH_X86}) {
    for (std::uint32_t number = 0; number < 2048; ++number) {
      const std::string name = name_of(architecture, number);
      EXPECT_EQ(filter.number(architecture, number), expected_of(name, {Stance::kAllowed, Stance::kForeign}))
          << number << " " << name;
    }
  }
}

TEST(SeccompCompile, EveryCallTheLibraryKnowsHasAGroup) {
  for (const std::uint32_t architecture : Architectures{SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_AARCH64}) {
    for (std::uint32_t number = 0; number < 512; ++number) {
      const std::string name = name_of(architecture, number);
      EXPECT_TRUE(name.empty() || seccomp::group_of(name) != nullptr) << name;
    }
  }
}

TEST(SeccompCompile, NumbersOfTheFutureAreUnknown) {
  Filter filter;
  for (const std::uint32_t number : {600u, 1023u, 1024u, 0x3fffffffu, 0xffffffffu}) {
    EXPECT_EQ(filter.number(seccomp_arch_native(), number), refused(ENOSYS)) << number;
  }
}

TEST(SeccompCompile, ForeignArchitecturesEndTheProcess) {
  Filter filter;
  const std::uint32_t native = seccomp_arch_native();
  for (const std::uint32_t architecture :
       Architectures{SCMP_ARCH_X86, SCMP_ARCH_X86_64, SCMP_ARCH_ARM, SCMP_ARCH_AARCH64, SCMP_ARCH_MIPS,
                     SCMP_ARCH_PPC64LE, SCMP_ARCH_S390X, SCMP_ARCH_RISCV64, 0u}) {
    if (architecture == native) continue;
    for (const std::uint32_t number : {0u, 1u, 57u, 500u, 0x40000001u}) {
      EXPECT_EQ(filter.number(architecture, number), kKill) << architecture << " " << number;
    }
  }
}

TEST(SeccompCompile, X32EndsTheProcess) {
  if (seccomp_arch_native() != SCMP_ARCH_X86_64) GTEST_SKIP() << "x32 is of x86-64";
  for (const char* const feature : {"", "multiarch", "nested-sandbox"}) {
    Filter filter(feature);
    for (const std::uint32_t number : {0x40000000u, 0x40000001u, 0x40000200u, 0x40000220u, 0x7fffffffu, 0xfffffffeu}) {
      EXPECT_EQ(filter.number(SCMP_ARCH_X86_64, number), kKill) << number;
    }
  }
}

TEST(SeccompCompile, TerminalInjectionIsComparedAsThirtyTwoBits) {
  Filter filter;
  for (const std::uint64_t request : {std::uint64_t{TIOCSTI}, std::uint64_t{TIOCLINUX}}) {
    EXPECT_EQ(filter.call("ioctl", {0, request, 0}), refused(EPERM));
    EXPECT_EQ(filter.call("ioctl", {0, request | kHigh, 0}), refused(EPERM));
    EXPECT_EQ(filter.call("ioctl", {0, request | 1ULL << 32, 0}), refused(EPERM));
  }
  for (const std::uint64_t request : {std::uint64_t{TCGETS}, std::uint64_t{FIONREAD}, std::uint64_t{TIOCGWINSZ},
                                      std::uint64_t{TIOCSTI} + 1, std::uint64_t{0}}) {
    EXPECT_EQ(filter.call("ioctl", {0, request, 0}), kAllow) << request;
  }
}

constexpr std::uint64_t kNamespaces[] = {CLONE_NEWUSER, CLONE_NEWNS,  CLONE_NEWPID,   CLONE_NEWNET,
                                         CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP};

TEST(SeccompCompile, NewNamespacesAreRefused) {
  Filter filter;
  for (const std::uint64_t flag : kNamespaces) {
    EXPECT_EQ(filter.call("clone", {flag | SIGCHLD}), refused(EPERM)) << flag;
    EXPECT_EQ(filter.call("clone", {flag | kHigh}), refused(EPERM)) << flag;
    EXPECT_EQ(filter.call("unshare", {flag}), refused(EPERM)) << flag;
  }
  EXPECT_EQ(filter.call("unshare", {0x80}), refused(EPERM));  // CLONE_NEWTIME
  constexpr std::uint64_t kThread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                                    CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
  EXPECT_EQ(filter.call("clone", {kThread}), kAllow);
  EXPECT_EQ(filter.call("clone", {CLONE_VFORK | CLONE_VM | SIGCHLD}), kAllow);
  EXPECT_EQ(filter.call("unshare", {CLONE_FILES | CLONE_FS}), kAllow);
  EXPECT_EQ(filter.call("clone3"), refused(ENOSYS));
}

TEST(SeccompCompile, NestedSandboxesMayMakeNamespaces) {
  for (const char* const feature : {"nested-userns", "nested-sandbox"}) {
    Filter filter(feature);
    for (const std::uint64_t flag : kNamespaces) {
      EXPECT_EQ(filter.call("clone", {flag}), kAllow);
      EXPECT_EQ(filter.call("unshare", {flag}), kAllow);
    }
    EXPECT_EQ(filter.call("chroot"), kAllow);
    EXPECT_EQ(filter.call("clone3"), refused(ENOSYS));
  }
  Filter userns("nested-userns");
  Filter sandbox("nested-sandbox");
  for (const char* const call : {"mount", "umount2", "pivot_root", "setns"}) {
    EXPECT_EQ(userns.call(call), refused(EPERM)) << call;
    EXPECT_EQ(sandbox.call(call), kAllow) << call;
  }
  for (const char* const call : {"open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "mount_setattr"}) {
    EXPECT_EQ(userns.call(call), refused(ENOSYS)) << call;
    EXPECT_EQ(sandbox.call(call), kAllow) << call;
  }
}

TEST(SeccompCompile, SocketFamiliesAndProtocolsAreListed) {
  Filter filter;
  const auto socket = [&filter](int family, int type, int protocol) {
    return filter.call("socket", {static_cast<std::uint64_t>(family) | kHigh, static_cast<std::uint64_t>(type),
                                  static_cast<std::uint64_t>(protocol) | kHigh});
  };
  for (const int family : {AF_INET, AF_INET6}) {
    for (const int protocol :
         std::initializer_list<int>{0, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6, 262}) {
      EXPECT_EQ(socket(family, SOCK_STREAM, protocol), kAllow) << protocol;
    }
    for (const int protocol :
         std::initializer_list<int>{IPPROTO_SCTP, IPPROTO_DCCP, IPPROTO_UDPLITE, IPPROTO_RAW, IPPROTO_ESP, 115}) {
      EXPECT_EQ(socket(family, SOCK_STREAM, protocol), refused(EPROTONOSUPPORT)) << protocol;
    }
  }
  EXPECT_EQ(socket(AF_UNIX, SOCK_STREAM, 0), kAllow);
  EXPECT_EQ(socket(AF_UNIX, SOCK_SEQPACKET, 0), kAllow);
  for (int protocol = 0; protocol < 32; ++protocol) {
    const bool is_needed = protocol == NETLINK_ROUTE || protocol == NETLINK_KOBJECT_UEVENT;
    EXPECT_EQ(socket(AF_NETLINK, SOCK_RAW, protocol), is_needed ? kAllow : refused(EPROTONOSUPPORT)) << protocol;
  }
  for (int family = 0; family < 64; ++family) {
    if (family == AF_UNIX || family == AF_INET || family == AF_INET6 || family == AF_NETLINK) continue;
    EXPECT_EQ(socket(family, SOCK_STREAM, 0), refused(EAFNOSUPPORT)) << family;
    EXPECT_EQ(filter.call("socketpair", {static_cast<std::uint64_t>(family)}), refused(EAFNOSUPPORT)) << family;
  }
  EXPECT_EQ(filter.call("socketpair", {AF_UNIX, SOCK_STREAM, 0}), kAllow);
}

TEST(SeccompCompile, BluetoothIsAFamilyOfItsOwn) {
  EXPECT_EQ(Filter("bluetooth").call("socket", {AF_BLUETOOTH, SOCK_RAW, 1}), kAllow);
}

TEST(SeccompCompile, ThePersonalityIsReadNotSet) {
  Filter filter;
  EXPECT_EQ(filter.call("personality", {0xffffffff}), kAllow);
  EXPECT_EQ(filter.call("personality", {~0ULL}), kAllow);
  EXPECT_EQ(filter.call("personality", {PER_LINUX}), kAllow);
  for (const std::uint64_t persona : {std::uint64_t{ADDR_NO_RANDOMIZE}, std::uint64_t{READ_IMPLIES_EXEC},
                                      std::uint64_t{PER_LINUX32}, std::uint64_t{PER_SVR4}}) {
    EXPECT_EQ(filter.call("personality", {persona}), refused(EPERM)) << persona;
  }
  EXPECT_EQ(Filter("devel").call("personality", {ADDR_NO_RANDOMIZE}), kAllow);
  EXPECT_EQ(Filter("devel").call("personality", {READ_IMPLIES_EXEC}), refused(EPERM));
  EXPECT_EQ(Filter("multiarch").call("personality", {PER_LINUX32}), kAllow);
}

TEST(SeccompCompile, FilesGetNoSetIdBits) {
  Filter filter;
  struct Case {
    const char* call;
    std::vector<std::uint64_t> before;  // arguments in front of the mode
  };
  const std::vector<Case> cases = {
      {"chmod", {0}},
      {"fchmod", {0}},
      {"fchmodat", {0, 0}},
      {"creat", {0}},
      {"mknod", {0}},
      {"mknodat", {0, 0}},
      {"open", {0, O_WRONLY | O_CREAT}},
      {"openat", {0, 0, O_RDWR | O_CREAT | O_EXCL}},
      {"open", {0, O_WRONLY | O_TMPFILE}},
      {"openat", {0, 0, O_RDWR | O_TMPFILE}},
      {"fchmodat2", {0, 0}},
  };
  for (const Case& entry : cases) {
    if (!exists(entry.call)) continue;  // not on this architecture, or younger than the library
    for (const std::uint64_t mode : {04755u, 02755u, 06777u, 04000u, 02000u}) {
      auto arguments = entry.before;
      arguments.push_back(mode);
      EXPECT_EQ(filter.call(entry.call, arguments), refused(EPERM)) << entry.call << " " << mode;
    }
    for (const std::uint64_t mode : {0755u, 01777u, 0600u, 0u}) {
      auto arguments = entry.before;
      arguments.push_back(mode);
      EXPECT_EQ(filter.call(entry.call, arguments), kAllow) << entry.call << " " << mode;
    }
  }
  // Without a file to make, the mode is whatever was in the register.
  EXPECT_EQ(filter.call("openat", {0, 0, O_RDWR, 04755}), kAllow);
  EXPECT_EQ(filter.call("openat", {0, 0, O_RDONLY | O_DIRECTORY, ~0ULL}), kAllow);
  EXPECT_EQ(filter.call("openat2"), refused(ENOSYS));  // the mode is behind a pointer
}

TEST(SeccompCompile, ComparisonsAreOfFilesUnlessDebugging) {
  Filter filter;
  EXPECT_EQ(filter.call("kcmp", {1, 2, KCMP_FILE}), kAllow);
  for (const std::uint64_t type : {KCMP_VM, KCMP_FILES, KCMP_FS, KCMP_SIGHAND, KCMP_IO, KCMP_SYSVSEM}) {
    EXPECT_EQ(filter.call("kcmp", {1, 2, type}), refused(EPERM)) << type;
    EXPECT_EQ(Filter("ptrace").call("kcmp", {1, 2, type}), kAllow) << type;
  }
}

TEST(SeccompCompile, TheBusProxyHasUnixSocketsOnly) {
  Filter filter(seccomp::policy_for_helper());
  EXPECT_EQ(filter.call("socket", {AF_UNIX, SOCK_STREAM, 0}), kAllow);
  for (const std::uint64_t family : {AF_INET, AF_INET6, AF_NETLINK, AF_PACKET}) {
    EXPECT_EQ(filter.call("socket", {family, SOCK_STREAM, 0}), refused(EAFNOSUPPORT));
  }
  EXPECT_EQ(filter.call("shmget"), refused(EPERM));
  EXPECT_EQ(filter.call("execve"), kAllow);
}

TEST(SeccompCompile, WithOneIdOwnersAndIdsAnswerSuccess) {
  constexpr std::uint32_t kDone = SECCOMP_RET_ERRNO;
  Filter filter(seccomp::policy_for_system({}, seccomp::Ids::kOne));
  Filter many(seccomp::policy_for_system({}, seccomp::Ids::kMany));
  for (const char* const call : {"fchown", "fchownat", "setgroups", "setuid", "setresgid", "setfsuid"}) {
    EXPECT_EQ(filter.call(call), kDone) << call;
    EXPECT_EQ(many.call(call), kAllow) << call;
  }
  for (const std::uint64_t mode : {S_IFCHR | 0600u, S_IFBLK | 0777u}) {
    EXPECT_EQ(filter.call("mknodat", {0, 0, kHigh | mode, 0}), kDone) << mode;
    EXPECT_EQ(many.call("mknodat", {0, 0, mode, 0}), kAllow) << mode;
  }
  for (const std::uint64_t mode : {S_IFIFO | 0600u, S_IFREG | 0600u, S_IFSOCK | 0600u, 0600u}) {
    EXPECT_EQ(filter.call("mknodat", {0, 0, mode, 0}), kAllow) << mode;
  }
  EXPECT_EQ(filter.call("capset"), kAllow);
  EXPECT_EQ(filter.call("mount"), refused(EPERM));
}

TEST(SeccompCompile, EqualPoliciesGiveEqualBytes) {
  const auto one = compile_seccomp(policy_with(nullptr));
  const auto other = compile_seccomp(policy_with(nullptr));
  ASSERT_TRUE(one && other);
  EXPECT_EQ(*one, *other);
  EXPECT_NE(*one, *compile_seccomp(policy_with("devel")));
}

TEST(SeccompCompile, ProgramsAreSmallAndPathsShort) {
  Filter filter;
  for (std::uint32_t number = 0; number < 600; ++number) (void)filter.number(seccomp_arch_native(), number);
  EXPECT_LT(filter.size(), 600u);
  EXPECT_LT(filter.longest(), 64u);
  // What programs call all the time.
  Filter hot;
  for (const char* const call : {"read", "write", "futex", "poll", "recvmsg", "clock_gettime", "mmap", "close"}) {
    EXPECT_TRUE(!exists(call) || hot.call(call) == kAllow) << call;
  }
  EXPECT_LE(hot.longest(), 20u);
}

TEST(SeccompCompile, NamesOfNobodyAreRefused) {
  plan::SeccompPolicy policy = policy_with(nullptr);
  policy.answer_enosys.emplace_back("mout_setattr");
  const auto program = compile_seccomp(policy);
  ASSERT_FALSE(program);
  EXPECT_NE(program.error().message.find("mout_setattr"), std::string::npos);
}

}  // namespace
}  // namespace hutch::host
