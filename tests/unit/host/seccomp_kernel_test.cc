// The default filter against the running kernel: each refused group, called for real by a process that loaded it.
//
// Arguments are such that a call that got through would change nothing and answer something else than EPERM. To an
// ordinary user the kernel itself answers EPERM to many; so as root each case is also shown to mean something.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "core/seccomp/groups.h"
#include "core/seccomp/policy.h"
#include "host/seccomp_compile.h"

namespace hutch::host {
namespace {

const std::string& filter() {
  static const std::string bytes = compile_seccomp(seccomp::policy_for({})).value_or("");
  return bytes;
}

bool load_filter() {
  const sock_fprog program{.len = static_cast<unsigned short>(filter().size() / sizeof(sock_filter)),
                           .filter = const_cast<sock_filter*>(reinterpret_cast<const sock_filter*>(filter().data()))};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

constexpr int kNotLoaded = 253;
constexpr int kSignalled = 1000;  // and the signal

// The errno of an act in a process of its own, 0 for success.
int outcome(bool filtered, const std::function<long()>& act) {
  const pid_t child = fork();
  if (child == 0) {
    (void)setsid();  // no terminal to lose
    if (filtered && !load_filter()) _exit(kNotLoaded);
    errno = 0;
    const long result = act();
    _exit(result < 0 ? errno : 0);
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFSIGNALED(status) ? kSignalled + WTERMSIG(status) : WEXITSTATUS(status);
}

// The same in a pid namespace whose PID 1 is another process of this user.
int outcome_beside_init(bool filtered, const std::function<long()>& act) {
  return outcome(false, [&]() -> long {
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) return -1;
    const pid_t init = fork();
    if (init == 0) _exit(outcome(filtered, act));
    int status = 0;
    if (waitpid(init, &status, 0) != init) return -1;
    errno = WEXITSTATUS(status);
    return errno == 0 ? 0 : -1;
  });
}

struct Denied {
  const char* group;
  const char* name;
  std::function<long()> act;
};

std::function<long()> call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0) {
  return [=] { return syscall(number, a, b, c, d, e); };
}

long address(const char* text) {
  return reinterpret_cast<long>(text);
}

const std::vector<Denied>& denied_calls() {
  constexpr long kNowhere = 8;  // a pointer that faults
  static const std::vector<Denied> cases = {
      {"keyrings", "keyctl", call(SYS_keyctl, 0, -3, 0)},
      {"keyrings", "add_key", call(SYS_add_key, kNowhere, kNowhere)},
      {"keyrings", "request_key", call(SYS_request_key, kNowhere, kNowhere)},
      {"kernel-code", "bpf", call(SYS_bpf, -1, 0, 0)},
      {"kernel-code", "finit_module", call(SYS_finit_module, -1, kNowhere, 0)},
      {"kernel-code", "kexec_load", call(SYS_kexec_load, 0, 1000000, 0, ~0L)},
      {"faults", "userfaultfd", call(SYS_userfaultfd, 1)},
      {"rings", "io_uring_setup", call(SYS_io_uring_setup, 1, kNowhere)},
      {"rings", "io_uring_enter", call(SYS_io_uring_enter, -1)},
      {"rings", "io_uring_register", call(SYS_io_uring_register, -1)},
      {"handles", "name_to_handle_at", call(SYS_name_to_handle_at, -1, kNowhere, kNowhere, kNowhere)},
      {"handles", "open_by_handle_at", call(SYS_open_by_handle_at, -1, kNowhere, 0)},
      {"watching-all", "fanotify_init", call(SYS_fanotify_init, ~0L, 0)},
      {"watching-all", "fanotify_mark", call(SYS_fanotify_mark, -1)},
      {"administration", "swapon", call(SYS_swapon, kNowhere, 0)},
      {"administration", "acct", call(SYS_acct, kNowhere)},
      {"administration", "reboot", call(SYS_reboot, 0, 0, 0, 0)},
      {"administration", "sethostname", call(SYS_sethostname, kNowhere, -1)},
      {"administration", "syslog", call(SYS_syslog, 1000, 0, 0)},
      {"administration", "quotactl", call(SYS_quotactl, -1, kNowhere, 0, 0)},
      {"clock", "clock_settime", call(SYS_clock_settime, 0, kNowhere)},
      {"clock", "settimeofday", call(SYS_settimeofday, kNowhere, 0)},
      {"clock", "adjtimex", call(SYS_adjtimex, kNowhere)},
      {"placement", "mbind", call(SYS_mbind, 1, 0, 0)},
      {"placement", "get_mempolicy", call(SYS_get_mempolicy, 0, 0, 0, 0, 0)},
      {"placement", "migrate_pages", call(SYS_migrate_pages, 0, 0, 0, 0)},
      {"other-memory", "process_madvise", call(SYS_process_madvise, -1, 0, 0, 0, 0)},
      {"other-memory", "vmsplice", call(SYS_vmsplice, -1)},
      {"debugging", "ptrace", call(SYS_ptrace, 0, 0, 0, 0)},
      {"debugging", "process_vm_readv", call(SYS_process_vm_readv, 0x7fffffff)},
      {"debugging", "pidfd_getfd", call(SYS_pidfd_getfd, -1, 0, 0)},
      {"profiling", "perf_event_open", call(SYS_perf_event_open, kNowhere, 0, -1, -1, 0)},
      {"root-directory", "chroot", call(SYS_chroot, kNowhere)},
      {"mounting", "mount", call(SYS_mount, kNowhere, kNowhere, kNowhere, 0, 0)},
      {"mounting", "umount2", call(SYS_umount2, kNowhere, ~0L)},
      {"mounting", "pivot_root", call(SYS_pivot_root, kNowhere, kNowhere)},
      {"mounting", "setns", call(SYS_setns, -1, 0)},
      {"comparison", "kcmp", call(SYS_kcmp, getpid(), getpid(), 1)},
#ifdef SYS_modify_ldt
      {"foreign-abi", "modify_ldt", call(SYS_modify_ldt, 0, 0, 0)},
#endif
#ifdef SYS_iopl
      {"hardware", "iopl", call(SYS_iopl, 99)},
      {"hardware", "ioperm", call(SYS_ioperm, 1L << 40, 1, 1)},
#endif
#ifdef SYS_ustat
      {"obsolete", "ustat", call(SYS_ustat, 0, 0)},
#endif
      {"processes", "unshare", call(SYS_unshare, CLONE_NEWUSER)},
      {"processes", "clone", call(SYS_clone, CLONE_NEWUSER | CLONE_THREAD)},
      {"processes", "personality", call(SYS_personality, 0x0040000)},
      {"files", "fchmod", call(SYS_fchmod, -1, 04755)},
      {"files", "openat", call(SYS_openat, -1, address("x"), O_CREAT, 04755)},
      {"read-write", "ioctl", call(SYS_ioctl, -1, TIOCSTI, kNowhere)},
  };
  return cases;
}

class SeccompKernel : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_FALSE(filter().empty()); }
};

TEST_F(SeccompKernel, RefusesEveryDeniedGroup) {
  for (const Denied& entry : denied_calls()) {
    EXPECT_EQ(outcome(true, entry.act), EPERM) << entry.name;
    if (geteuid() != 0) continue;
    EXPECT_NE(outcome(false, entry.act), EPERM) << entry.name << " proves nothing";
  }
}

TEST_F(SeccompKernel, EveryGroupThatIsRefusedHasACase) {
  std::set<std::string> tried;
  for (const Denied& entry : denied_calls()) tried.insert(entry.group);
  for (const seccomp::Group& group : seccomp::groups()) {
    if (group.stance == seccomp::Stance::kAllowed || group.stance == seccomp::Stance::kFallback) continue;
    EXPECT_TRUE(tried.contains(group.name)) << group.name;
  }
}

TEST_F(SeccompKernel, AnswersEnosysWhereProgramsHaveAnotherWay) {
  constexpr long kNowhere = 8;
  for (const auto& act :
       {call(SYS_clone3, kNowhere, 64), call(SYS_openat2, -1, kNowhere, kNowhere, 24), call(SYS_open_tree, -1, 0, 0),
        call(SYS_move_mount, -1, kNowhere, -1, kNowhere, 0), call(SYS_fsopen, kNowhere, 0), call(SYS_fsconfig, -1),
        call(SYS_fsmount, -1), call(SYS_fspick, -1, kNowhere), call(SYS_mount_setattr, -1, kNowhere), call(457),
        call(458), call(467)}) {  // statmount, listmount, open_tree_attr
    EXPECT_EQ(outcome(true, act), ENOSYS);
  }
}

TEST_F(SeccompKernel, RefusesForeignSocketFamilies) {
  constexpr int kVsock = 40;
  constexpr int kAlgorithms = 38;
  for (const int family : {kAlgorithms, kVsock, AF_PACKET, AF_KEY, AF_RDS, AF_TIPC, AF_BLUETOOTH, AF_CAN, AF_XDP}) {
    EXPECT_EQ(outcome(true, [family] { return socket(family, SOCK_DGRAM, 0); }), EAFNOSUPPORT) << family;
  }
  constexpr int kNetfilter = 12;
  constexpr int kXfrm = 6;
  for (const int protocol : {kNetfilter, kXfrm}) {
    EXPECT_EQ(outcome(true, [protocol] { return socket(AF_NETLINK, SOCK_RAW, protocol); }), EPROTONOSUPPORT);
  }
  EXPECT_EQ(outcome(true, [] { return socket(AF_NETLINK, SOCK_RAW, 0); }), 0);
  EXPECT_EQ(outcome(true, [] { return socket(AF_UNIX, SOCK_STREAM, 0); }), 0);
}

TEST_F(SeccompKernel, SurvivesTheSixtyFourBitSpellingOfTiocsti) {
  EXPECT_EQ(outcome(true, call(SYS_ioctl, -1, TIOCSTI | 1L << 32, 0)), EPERM);
  EXPECT_EQ(outcome(true, call(SYS_ioctl, -1, TIOCLINUX | 1L << 40, 0)), EPERM);
}

TEST_F(SeccompKernel, LetsProgramsRunThreadsAndOtherPrograms) {
  EXPECT_EQ(outcome(true,
                    [] {
                      const pid_t child = fork();
                      if (child == 0) execl("/bin/sh", "sh", "-c", "test \"$(echo a | tr a b)\" = b", nullptr);
                      int status = 0;
                      if (waitpid(child, &status, 0) != child) return -1L;
                      return status == 0 ? 0L : -1L;
                    }),
            0);
}

#if defined(__x86_64__)
TEST_F(SeccompKernel, EndsX32AndI386Processes) {
  EXPECT_EQ(outcome(true, call(0x40000000L | SYS_getpid)), kSignalled + SIGSYS);
  const auto old_gate = [] {
    long result = 0;
    constexpr long kGetPid = 20;  // of i386
    asm volatile("int $0x80" : "=a"(result) : "a"(kGetPid) : "memory");
    return result;
  };
  EXPECT_EQ(outcome(true, old_gate), kSignalled + SIGSYS);
}
#endif

TEST_F(SeccompKernel, TheFirstProcessCannotBeStarvedOrRobbed) {
  static const rlimit kFew{.rlim_cur = 3, .rlim_max = 3};
  static const sched_param kIdle{};
  static const cpu_set_t kProcessors = [] {
    cpu_set_t set;
    (void)sched_getaffinity(0, sizeof set, &set);
    return set;
  }();
  const auto at = [](const void* value) { return reinterpret_cast<long>(value); };
  constexpr long kIdleIo = 3L << 13;  // IOPRIO_CLASS_IDLE, ioprio_set(2)
  const std::vector<std::pair<const char*, std::function<long()>>> acts = {
      {"prlimit64", call(SYS_prlimit64, 1, RLIMIT_NOFILE, at(&kFew), 0)},
      {"sched_setaffinity", call(SYS_sched_setaffinity, 1, sizeof kProcessors, at(&kProcessors))},
      {"sched_setscheduler", call(SYS_sched_setscheduler, 1, SCHED_IDLE, at(&kIdle))},
      {"sched_setparam", call(SYS_sched_setparam, 1, at(&kIdle))},
      {"setpriority", call(SYS_setpriority, PRIO_PROCESS, 1, 19)},
      {"setpriority of all", call(SYS_setpriority, PRIO_USER, 0, 19)},
      {"ioprio_set", call(SYS_ioprio_set, 1, 1, kIdleIo)},
      {"ioprio_set of all", call(SYS_ioprio_set, 3, 0, kIdleIo)},
  };
  for (const auto& [name, act] : acts) {
    EXPECT_NE(outcome_beside_init(false, act), EPERM) << name << " is refused anyway";
    EXPECT_EQ(outcome_beside_init(true, act), EPERM) << name;
  }
}

}  // namespace
}  // namespace hutch::host
