#include "core/seccomp/groups.h"

#include <algorithm>
#include <array>

namespace hutch::seccomp {
namespace {

using Calls = const char* const[];

constexpr Calls kReadWrite = {
    "close",
    "close_range",
    "copy_file_range",
    "dup",
    "dup2",
    "dup3",
    "fadvise64",
    "fadvise64_64",
    "arm_fadvise64_64",
    "fcntl",
    "fcntl64",
    "ioctl",
    "lseek",
    "_llseek",
    "pread64",
    "preadv",
    "preadv2",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "read",
    "readahead",
    "readv",
    "sendfile",
    "sendfile64",
    "splice",
    "tee",
    "write",
    "writev",
    "pipe",
    "pipe2",
    "fdatasync",
    "fsync",
    "msync",
    "sync",
    "sync_file_range",
    "sync_file_range2",
    "arm_sync_file_range",
    "syncfs",
    "fallocate",
    "ftruncate",
    "ftruncate64",
    "flock",
    "cachestat",
};

constexpr Calls kFiles = {
    "access",
    "chdir",
    "chmod",
    "chown",
    "chown32",
    "creat",
    "faccessat",
    "faccessat2",
    "fchdir",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "fchown",
    "fchown32",
    "fchownat",
    "fgetxattr",
    "file_getattr",
    "file_setattr",
    "flistxattr",
    "fremovexattr",
    "fsetxattr",
    "fstat",
    "fstat64",
    "fstatat64",
    "fstatfs",
    "fstatfs64",
    "futimesat",
    "getcwd",
    "getdents",
    "getdents64",
    "getxattr",
    "getxattrat",
    "inotify_add_watch",
    "inotify_init",
    "inotify_init1",
    "inotify_rm_watch",
    "lchown",
    "lchown32",
    "lgetxattr",
    "link",
    "linkat",
    "listxattr",
    "listxattrat",
    "llistxattr",
    "lremovexattr",
    "lsetxattr",
    "lstat",
    "lstat64",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "newfstatat",
    "open",
    "openat",
    "readlink",
    "readlinkat",
    "removexattr",
    "removexattrat",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "setxattr",
    "setxattrat",
    "stat",
    "stat64",
    "statfs",
    "statfs64",
    "statx",
    "symlink",
    "symlinkat",
    "truncate",
    "truncate64",
    "umask",
    "unlink",
    "unlinkat",
    "utime",
    "utimensat",
    "utimensat_time64",
    "utimes",
};

constexpr Calls kMemory = {
    "brk",   "madvise", "map_shadow_stack", "membarrier", "memfd_create", "memfd_secret", "mincore",
    "mlock", "mlock2",  "mlockall",         "mmap",       "mmap2",        "mprotect",     "mremap",
    "mseal", "munlock", "munlockall",       "munmap",     "pkey_alloc",   "pkey_free",    "pkey_mprotect",
};

// clone(2) and unshare(2) without new namespaces.
constexpr Calls kProcesses = {
    "arch_prctl",
    "clone",
    "execve",
    "execveat",
    "exit",
    "exit_group",
    "fork",
    "futex",
    "futex_requeue",
    "futex_time64",
    "futex_wait",
    "futex_waitv",
    "futex_wake",
    "get_robust_list",
    "get_thread_area",
    "getcpu",
    "getrandom",
    "gettid",
    "kill",
    "personality",
    "pidfd_open",
    "pidfd_send_signal",
    "prctl",
    "restart_syscall",
    "rseq",
    "set_robust_list",
    "set_thread_area",
    "set_tid_address",
    "set_tls",
    "tgkill",
    "tkill",
    "unshare",
    "vfork",
    "wait4",
    "waitid",
    "uretprobe",
    "uprobe",
};

constexpr Calls kIdentity = {
    "capget",      "capset",      "getegid",     "getegid32",   "geteuid",   "geteuid32",   "getgid",
    "getgid32",    "getgroups",   "getgroups32", "getpgid",     "getpgrp",   "getpid",      "getppid",
    "getresgid",   "getresgid32", "getresuid",   "getresuid32", "getsid",    "getuid",      "getuid32",
    "setfsgid",    "setfsgid32",  "setfsuid",    "setfsuid32",  "setgid",    "setgid32",    "setgroups",
    "setgroups32", "setpgid",     "setregid",    "setregid32",  "setresgid", "setresgid32", "setresuid",
    "setresuid32", "setreuid",    "setreuid32",  "setsid",      "setuid",    "setuid32",
};

constexpr Calls kSignals = {
    "pause",
    "rt_sigaction",
    "rt_sigpending",
    "rt_sigprocmask",
    "rt_sigqueueinfo",
    "rt_sigreturn",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "rt_sigtimedwait_time64",
    "rt_tgsigqueueinfo",
    "sigaltstack",
    "sigreturn",
    "signalfd",
    "signalfd4",
};

constexpr Calls kEvents = {
    "epoll_create", "epoll_create1", "epoll_ctl",       "epoll_pwait", "epoll_pwait2",
    "epoll_wait",   "eventfd",       "eventfd2",        "poll",        "ppoll",
    "ppoll_time64", "pselect6",      "pselect6_time64", "select",      "_newselect",
};

constexpr Calls kTime = {
    "alarm",
    "clock_getres",
    "clock_getres_time64",
    "clock_gettime",
    "clock_gettime64",
    "clock_nanosleep",
    "clock_nanosleep_time64",
    "getitimer",
    "gettimeofday",
    "nanosleep",
    "setitimer",
    "time",
    "timer_create",
    "timer_delete",
    "timer_getoverrun",
    "timer_gettime",
    "timer_gettime64",
    "timer_settime",
    "timer_settime64",
    "timerfd_create",
    "timerfd_gettime",
    "timerfd_gettime64",
    "timerfd_settime",
    "timerfd_settime64",
    "times",
};

// The families and protocols of socket(2) have a list of their own.
constexpr Calls kSockets = {
    "accept",   "accept4", "bind",     "connect",    "getpeername",     "getsockname", "getsockopt",
    "listen",   "recv",    "recvfrom", "recvmmsg",   "recvmmsg_time64", "recvmsg",     "send",
    "sendmmsg", "sendmsg", "sendto",   "setsockopt", "shutdown",        "socket",      "socketpair",
};

constexpr Calls kIpc = {
    "mq_getsetattr",
    "mq_notify",
    "mq_open",
    "mq_timedreceive",
    "mq_timedreceive_time64",
    "mq_timedsend",
    "mq_timedsend_time64",
    "mq_unlink",
    "msgctl",
    "msgget",
    "msgrcv",
    "msgsnd",
    "semctl",
    "semget",
    "semop",
    "semtimedop",
    "semtimedop_time64",
    "shmat",
    "shmctl",
    "shmdt",
    "shmget",
};

constexpr Calls kScheduling = {
    "getpriority",
    "getrlimit",
    "getrusage",
    "ioprio_get",
    "ioprio_set",
    "prlimit64",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "sched_getaffinity",
    "sched_getattr",
    "sched_getparam",
    "sched_getscheduler",
    "sched_rr_get_interval",
    "sched_rr_get_interval_time64",
    "sched_setaffinity",
    "sched_setattr",
    "sched_setparam",
    "sched_setscheduler",
    "sched_yield",
    "setpriority",
    "setrlimit",
    "ugetrlimit",
};

constexpr Calls kAsynchronous = {
    "io_cancel", "io_destroy", "io_getevents", "io_pgetevents", "io_pgetevents_time64", "io_setup", "io_submit",
};

constexpr Calls kSystemInformation = {"sysinfo", "uname"};

// kcmp(2) with KCMP_FILE only: Mesa asks whether two descriptors are one GPU.
constexpr Calls kComparison = {"kcmp"};

constexpr Calls kOwnSandbox = {
    "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self",
    "lsm_get_self_attr", "lsm_list_modules",        "seccomp",
};

// socketcall(2) and ipc(2) hide their arguments behind a pointer: with them, the list of socket families does not hold
// for 32-bit programs.
constexpr Calls kForeign = {
    "cacheflush",  "ipc",        "modify_ldt", "nice",     "oldfstat",  "oldlstat",   "oldolduname",
    "oldstat",     "olduname",   "readdir",    "sgetmask", "sigaction", "signal",     "sigpending",
    "sigprocmask", "sigsuspend", "socketcall", "ssetmask", "waitpid",   "breakpoint", "get_tls",
};

constexpr Calls kDebugging = {"pidfd_getfd", "process_vm_readv", "process_vm_writev", "ptrace"};
constexpr Calls kProfiling = {"perf_event_open"};
constexpr Calls kRootDirectory = {"chroot"};
constexpr Calls kMounting = {"mount", "pivot_root", "setns", "umount", "umount2"};
constexpr Calls kNewMounting = {
    "fsconfig",      "fsmount",    "fsopen",    "fspick",         "listmount",
    "mount_setattr", "move_mount", "open_tree", "open_tree_attr", "statmount",
};
constexpr Calls kHiddenArguments = {"clone3", "openat2"};

constexpr Calls kKeyrings = {"add_key", "keyctl", "request_key"};
constexpr Calls kKernelCode = {
    "bpf",         "create_module",   "delete_module", "finit_module", "get_kernel_syms",
    "init_module", "kexec_file_load", "kexec_load",    "query_module",
};
constexpr Calls kFaults = {"userfaultfd"};
constexpr Calls kRings = {"io_uring_enter", "io_uring_register", "io_uring_setup"};
constexpr Calls kHandles = {"name_to_handle_at", "open_by_handle_at"};
constexpr Calls kWatchingAll = {"fanotify_init", "fanotify_mark"};
constexpr Calls kAdministration = {
    "acct",   "lookup_dcookie", "nfsservctl",        "quotactl", "quotactl_fd",
    "reboot", "setdomainname",  "sethostname",       "swapoff",  "swapon",
    "syslog", "vhangup",        "lsm_set_self_attr",
};
constexpr Calls kClock = {
    "adjtimex", "clock_adjtime", "clock_adjtime64", "clock_settime", "clock_settime64", "settimeofday", "stime",
};
constexpr Calls kPlacement = {
    "get_mempolicy", "mbind", "migrate_pages", "move_pages", "set_mempolicy", "set_mempolicy_home_node",
};
constexpr Calls kOtherMemory = {"process_madvise", "process_mrelease", "vmsplice", "remap_file_pages"};
constexpr Calls kHardware = {
    "ioperm", "iopl", "vm86", "vm86old", "pciconfig_iobase", "pciconfig_read", "pciconfig_write",
};
constexpr Calls kObsolete = {
    "_sysctl", "afs_syscall", "bdflush", "break", "epoll_ctl_old", "epoll_wait_old", "ftime",    "getpmsg", "gtty",
    "idle",    "lock",        "mpx",     "prof",  "profil",        "putpmsg",        "security", "stty",    "sysfs",
    "tuxcall", "ulimit",      "uselib",  "ustat", "vserver",       "usr26",          "usr32",
};

constexpr Group kGroups[] = {
    {"read-write", "reading and writing what is open", Stance::kAllowed, kReadWrite},
    {"files", "names, attributes and contents of files; modes with setuid or setgid bits are refused", Stance::kAllowed,
     kFiles},
    {"memory", "the process's own address space", Stance::kAllowed, kMemory},
    {"processes", "processes and threads, without new namespaces; personality(2) only to ask", Stance::kAllowed,
     kProcesses},
    {"identity", "user, group and session ids, capabilities it does not have", Stance::kAllowed, kIdentity},
    {"signals", "signals", Stance::kAllowed, kSignals},
    {"events", "waiting for descriptors", Stance::kAllowed, kEvents},
    {"time", "reading clocks, timers", Stance::kAllowed, kTime},
    {"sockets", "sockets of the families the policy lists", Stance::kAllowed, kSockets},
    {"ipc", "System V and POSIX message queues, semaphores, shared memory", Stance::kAllowed, kIpc},
    {"scheduling", "priorities, processors, resource limits", Stance::kAllowed, kScheduling},
    {"asynchronous", "Linux AIO, whose operations pass through the same checks as read and write", Stance::kAllowed,
     kAsynchronous},
    {"system-information", "name and load of the system", Stance::kAllowed, kSystemInformation},
    {"comparison", "are two descriptors one file; other comparisons need `ptrace`", Stance::kAllowed, kComparison},
    {"own-sandbox", "restricting itself further", Stance::kAllowed, kOwnSandbox},

    {"foreign-abi", "32-bit programs and emulators", Stance::kForeign, kForeign},
    {"debugging", "another process's memory, registers and descriptors", Stance::kDebug, kDebugging},
    {"profiling", "performance counters: a long list of kernel holes", Stance::kProfiling, kProfiling},
    {"root-directory", "another root directory", Stance::kRoot, kRootDirectory},
    {"mounting", "mounts and other processes' namespaces", Stance::kMounts, kMounting},

    {"new-mounting", "mounts by descriptor: programs go back to mount(2)", Stance::kFallback, kNewMounting},
    {"hidden-arguments", "flags and modes behind a pointer no filter can read: programs go back to clone(2), openat(2)",
     Stance::kFallback, kHiddenArguments},

    {"keyrings", "the kernel's keys: shared between all of a user's sandboxes, and a quota to exhaust", Stance::kDenied,
     kKeyrings},
    {"kernel-code", "programs, modules and kernels for the kernel to run", Stance::kDenied, kKernelCode},
    {"faults", "page faults answered by the program: the usual help for winning races against the kernel",
     Stance::kDenied, kFaults},
    {"rings", "io_uring: its operations pass by this filter", Stance::kDenied, kRings},
    {"handles", "files by number instead of name: passes by mounts", Stance::kDenied, kHandles},
    {"watching-all", "watching whole file systems: inotify is there", Stance::kDenied, kWatchingAll},
    {"administration", "running the machine: swap, quotas, accounting, its name, its log, its end", Stance::kDenied,
     kAdministration},
    {"clock", "setting clocks", Stance::kDenied, kClock},
    {"placement", "placing memory on nodes of large machines; libnuma runs without", Stance::kDenied, kPlacement},
    {"other-memory", "advice about other processes' memory, and page tricks nobody needs", Stance::kDenied,
     kOtherMemory},
    {"hardware", "ports of the machine, real-mode code", Stance::kDenied, kHardware},
    {"obsolete", "calls without a user or without an implementation", Stance::kDenied, kObsolete},
};

constexpr Calls kYounger = {
    "cachestat",         "fchmodat2",        "file_getattr", "file_setattr",   "futex_requeue",     "futex_wait",
    "futex_wake",        "getxattrat",       "listmount",    "listxattrat",    "lsm_get_self_attr", "lsm_list_modules",
    "lsm_set_self_attr", "map_shadow_stack", "mseal",        "open_tree_attr", "removexattrat",     "setxattrat",
    "statmount",         "uprobe",           "uretprobe",
};

}  // namespace

std::span<const Group> groups() {
  return kGroups;
}

const Group* group_of(std::string_view call) {
  for (const Group& group : kGroups) {
    if (std::ranges::find(group.calls, call, [](const char* name) { return std::string_view(name); }) !=
        group.calls.end()) {
      return &group;
    }
  }
  return nullptr;
}

std::span<const char* const> younger_calls() {
  return kYounger;
}

}  // namespace hutch::seccomp
