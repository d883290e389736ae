// peek: looks at the sandbox from inside and says what it sees, one fact a line. Static, so that it runs in any root.
//
// Usage: peek VERB [ARGUMENT...] [-- VERB [ARGUMENT...]]...   Verbs run in order in one process; those that could
// change it run in a child. A fact is "VERB ARGUMENT: what was found"; a refused call shows its errno's name.
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using Arguments = std::vector<std::string>;

const char* outcome_of(long result) {
  if (result >= 0) return "ok";
  const char* const name = ::strerrorname_np(errno);
  return name == nullptr ? "?" : name;
}

std::string argument(const Arguments& arguments, std::size_t index, const char* otherwise = "") {
  return index < arguments.size() ? arguments[index] : otherwise;
}

int number(const Arguments& arguments, std::size_t index, int otherwise = 0) {
  return index < arguments.size() ? static_cast<int>(std::strtol(arguments[index].c_str(), nullptr, 0)) : otherwise;
}

// What a call says in a child, so that its success does not change this process.
template <class Call>
std::string in_child(Call call) {
  int ends[2];
  if (::pipe(ends) != 0) return outcome_of(-1);
  const pid_t child = ::fork();
  if (child < 0) return outcome_of(-1);
  if (child == 0) {
    const std::string text = outcome_of(call());
    (void)!::write(ends[1], text.data(), text.size());
    ::_exit(0);
  }
  (void)::close(ends[1]);
  char text[64] = {};
  const ssize_t size = ::read(ends[0], text, sizeof text - 1);
  (void)::close(ends[0]);
  int status = 0;
  (void)::waitpid(child, &status, 0);
  if (size <= 0) return WIFSIGNALED(status) ? "killed" : "silent";
  return text;
}

std::string read_file(const char* path, std::size_t limit = 65536) {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::string("!") + outcome_of(-1);
  std::string text;
  char buffer[4096];
  ssize_t count = 0;
  while (text.size() < limit && (count = ::read(fd, buffer, sizeof buffer)) > 0) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  if (count < 0) text = std::string("!") + outcome_of(-1);
  (void)::close(fd);
  return text;
}

std::vector<std::string> names_in(const char* path) {
  std::vector<std::string> names;
  DIR* const directory = ::opendir(path);
  if (directory == nullptr) return {std::string("!") + outcome_of(-1)};
  while (const dirent* const entry = ::readdir(directory)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  (void)::closedir(directory);
  std::sort(names.begin(), names.end());
  return names;
}

void do_syscall(const Arguments& arguments) {
  long values[6] = {};
  for (std::size_t index = 1; index < arguments.size() && index <= 6; ++index) {
    values[index - 1] = std::strtol(arguments[index].c_str(), nullptr, 0);
  }
  const long nr = number(arguments, 0);
  const std::string found =
      in_child([&] { return ::syscall(nr, values[0], values[1], values[2], values[3], values[4], values[5]); });
  std::printf("syscall %ld: %s\n", nr, found.c_str());
}

void do_userns(const Arguments&) {
  std::printf("userns unshare: %s\n", in_child([] { return ::unshare(CLONE_NEWUSER); }).c_str());
  std::printf("userns clone: %s\n", in_child([] {
                                      const long child = ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, nullptr, nullptr,
                                                                   nullptr, nullptr);
                                      if (child == 0) ::_exit(0);
                                      return child;
                                    }).c_str());
}

void do_mount(const Arguments&) {
  std::printf("mount tmpfs: %s\n",
              in_child([] { return ::syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, nullptr); }).c_str());
  std::printf(
      "mount remount: %s\n",
      in_child([] { return ::syscall(SYS_mount, nullptr, "/", nullptr, MS_REMOUNT | MS_BIND, nullptr); }).c_str());
  std::printf("mount fsopen: %s\n", in_child([] { return ::syscall(SYS_fsopen, "tmpfs", 0); }).c_str());
  std::printf("mount open_tree: %s\n",
              in_child([] { return ::syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE); }).c_str());
  std::printf("mount umount: %s\n", in_child([] { return ::syscall(SYS_umount2, "/proc", 2); }).c_str());
  std::printf("mount pivot_root: %s\n", in_child([] { return ::syscall(SYS_pivot_root, ".", "."); }).c_str());
}

void do_caps(const Arguments&) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[2] = {};
  (void)::syscall(SYS_capget, &header, sets);
  std::printf("caps effective: %x%08x\n", sets[1].effective, sets[0].effective);
  std::printf("caps permitted: %x%08x\n", sets[1].permitted, sets[0].permitted);
  std::printf("caps inheritable: %x%08x\n", sets[1].inheritable, sets[0].inheritable);
  int bounding = 0;
  int ambient = 0;
  for (int capability = 0; capability < 64; ++capability) {
    bounding += ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1;
    ambient += ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0) == 1;
  }
  std::printf("caps bounding: %d\ncaps ambient: %d\n", bounding, ambient);
  std::printf("caps no_new_privs: %d\n", ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  std::printf("caps securebits: %x\n", static_cast<unsigned>(::prctl(PR_GET_SECUREBITS, 0, 0, 0, 0)));
  std::printf("caps seccomp: %d\n", ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
}

void do_fds(const Arguments&) {
  for (int fd = 0; fd < 1024; ++fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) continue;
    const char* type = "other";
    if (S_ISREG(status.st_mode)) type = "file";
    if (S_ISDIR(status.st_mode)) type = "directory";
    if (S_ISFIFO(status.st_mode)) type = "pipe";
    if (S_ISSOCK(status.st_mode)) type = "socket";
    if (S_ISCHR(status.st_mode)) type = ::isatty(fd) == 1 ? "terminal" : "device";
    std::printf("fds %d: %s\n", fd, type);
  }
}

void do_keyring(const Arguments& arguments) {
  const std::string key = argument(arguments, 0, "hutch-test-key");
  const long session = ::syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
  std::printf("keyring session: %s\n", outcome_of(session));
  const long found = ::syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", key.c_str(), 0);
  std::printf("keyring search: %s\n", outcome_of(found));
  if (arguments.size() < 2) return;
  char payload[64];
  const long serial = number(arguments, 1);
  std::printf("keyring read: %s\n", outcome_of(::syscall(SYS_keyctl, KEYCTL_READ, serial, payload, sizeof payload)));
}

long connect_unix(const std::string& name, bool is_abstract) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t offset = is_abstract ? 1 : 0;
  std::memcpy(address.sun_path + offset, name.data(), std::min(name.size(), sizeof address.sun_path - 2));
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + offset + name.size());
  const int result = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), size);
  const int saved = errno;
  (void)::close(fd);
  errno = saved;
  return result;
}

void do_abstract(const Arguments& arguments) {
  std::printf("abstract %s: %s\n", argument(arguments, 0).c_str(),
              outcome_of(connect_unix(argument(arguments, 0), true)));
}

void do_unix(const Arguments& arguments) {
  std::printf("unix %s: %s\n", argument(arguments, 0).c_str(), outcome_of(connect_unix(argument(arguments, 0), false)));
}

void do_tiocsti(const Arguments&) {
  std::printf("tiocsti stdin: %s\n", outcome_of(::ioctl(0, TIOCSTI, "x")));
  std::printf("tiocsti upper: %s\n", outcome_of(::syscall(SYS_ioctl, 0, TIOCSTI | 1UL << 32, "x")));
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
  std::printf("tiocsti tty: %s\n", terminal < 0 ? outcome_of(-1) : outcome_of(::ioctl(terminal, TIOCSTI, "x")));
}

void do_list(const Arguments& arguments) {
  const std::string path = argument(arguments, 0, "/");
  for (const std::string& name : names_in(path.c_str())) std::printf("list %s: %s\n", path.c_str(), name.c_str());
}

void do_read(const Arguments& arguments) {
  const std::string path = argument(arguments, 0);
  std::string text = read_file(path.c_str());
  if (!text.empty() && text.back() == '\n') text.pop_back();
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::printf("read %s: %s\n", path.c_str(), text.substr(start, end - start).c_str());
    start = end + 1;
  }
}

void do_write(const Arguments& arguments) {
  const std::string path = argument(arguments, 0);
  const std::string text = argument(arguments, 1, "x");
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  const long result = fd < 0 ? -1 : ::write(fd, text.data(), text.size());
  std::printf("write %s: %s\n", path.c_str(), outcome_of(result));
  if (fd >= 0) (void)::close(fd);
}

void do_open(const Arguments& arguments) {
  const std::string path = argument(arguments, 0);
  const int flags = argument(arguments, 1) == "w" ? O_RDWR : O_RDONLY;
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  std::printf("open %s: %s\n", path.c_str(), outcome_of(fd));
  if (fd >= 0) (void)::close(fd);
}

void do_stat(const Arguments& arguments) {
  const std::string path = argument(arguments, 0);
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    std::printf("stat %s: %s\n", path.c_str(), outcome_of(-1));
    return;
  }
  std::printf("stat %s: mode %o uid %u gid %u size %lld\n", path.c_str(), status.st_mode, status.st_uid, status.st_gid,
              static_cast<long long>(status.st_size));
}

void do_unlink(const Arguments& arguments) {
  std::printf("unlink %s: %s\n", argument(arguments, 0).c_str(), outcome_of(::unlink(argument(arguments, 0).c_str())));
}

void do_mkdir(const Arguments& arguments) {
  std::printf("mkdir %s: %s\n", argument(arguments, 0).c_str(),
              outcome_of(::mkdir(argument(arguments, 0).c_str(), 0755)));
}

// Numeric addresses only. Datagram: connecting says whether there is a way; nothing is sent.
void do_net(const Arguments& arguments) {
  const std::string host = argument(arguments, 0);
  const bool is_stream = argument(arguments, 2) == "tcp";
  const auto port = htons(static_cast<std::uint16_t>(number(arguments, 1, 9)));
  sockaddr_in6 six{};
  sockaddr_in four{};
  const bool is_six = ::inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1;
  (void)::inet_pton(AF_INET, host.c_str(), &four.sin_addr);
  six.sin6_family = AF_INET6;
  four.sin_family = AF_INET;
  six.sin6_port = four.sin_port = port;
  const int fd = ::socket(is_six ? AF_INET6 : AF_INET, (is_stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
  const std::string device = argument(arguments, 3);
  if (!device.empty()) {
    (void)::setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device.data(), static_cast<socklen_t>(device.size()));
  }
  const long result = is_six ? ::connect(fd, reinterpret_cast<const sockaddr*>(&six), sizeof six)
                             : ::connect(fd, reinterpret_cast<const sockaddr*>(&four), sizeof four);
  std::printf("net %s: %s\n", host.c_str(), outcome_of(result));
  (void)::close(fd);
}

void do_interfaces(const Arguments&) {
  struct if_nameindex* const all = ::if_nameindex();
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  for (struct if_nameindex* one = all; one != nullptr && one->if_index != 0; ++one) {
    ifreq request{};
    std::strncpy(request.ifr_name, one->if_name, sizeof request.ifr_name - 1);
    const bool is_up = ::ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0;
    std::printf("interfaces %s: %s\n", one->if_name, is_up ? "up" : "down");
  }
  ::if_freenameindex(all);
  (void)::close(fd);
}

void do_environ(const Arguments&) {
  for (char** entry = environ; *entry != nullptr; ++entry) std::printf("environ: %s\n", *entry);
}

void do_kill(const Arguments& arguments) {
  const int pid = number(arguments, 0);
  std::printf("kill %d: %s\n", pid, outcome_of(::kill(pid, number(arguments, 1))));
}

// Lies in wait for a process that is not there yet.
void do_waylay(const Arguments& arguments) {
  while (::kill(number(arguments, 0), SIGSTOP) != 0) {
  }
  std::printf("waylay: stopped\n");
  (void)std::fflush(stdout);
  while (true) (void)::pause();
}

void do_ptrace(const Arguments& arguments) {
  const int pid = number(arguments, 0, 1);
  std::printf("ptrace %d: %s\n", pid,
              in_child([pid] { return ::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr); }).c_str());
}

void do_session(const Arguments&) {
  std::printf("session pid: %d\nsession parent: %d\nsession group: %d\nsession session: %d\n", ::getpid(), ::getppid(),
              ::getpgrp(), ::getsid(0));
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  std::printf("session terminal: %s\n", outcome_of(terminal));
  if (terminal < 0) return;
  std::printf("session foreground: %d\n", ::tcgetpgrp(terminal));
  const char* const name = ::ttyname(0);
  std::printf("session name: %s\n", name == nullptr ? "none" : name);
  winsize size{};
  if (::ioctl(terminal, TIOCGWINSZ, &size) == 0) std::printf("session size: %dx%d\n", size.ws_col, size.ws_row);
  (void)::close(terminal);
}

void do_ids(const Arguments&) {
  std::printf("ids uid: %u\nids euid: %u\nids gid: %u\n", ::getuid(), ::geteuid(), ::getgid());
  gid_t groups[256];
  const int count = ::getgroups(256, groups);
  for (int index = 0; index < count; ++index) std::printf("ids group: %u\n", groups[index]);
}

void do_namespaces(const Arguments&) {
  for (const std::string& name : names_in("/proc/self/ns")) {
    char target[128] = {};
    (void)!::readlink(("/proc/self/ns/" + name).c_str(), target, sizeof target - 1);
    std::printf("namespaces %s: %s\n", name.c_str(), target);
  }
}

void do_system(const Arguments&) {
  char name[256] = {};
  (void)::gethostname(name, sizeof name - 1);
  timespec boot{};
  (void)::clock_gettime(CLOCK_BOOTTIME, &boot);
  std::printf("system host: %s\nsystem boottime: %lld\n", name, static_cast<long long>(boot.tv_sec));
  char directory[4096] = {};
  std::printf("system directory: %s\n", ::getcwd(directory, sizeof directory) == nullptr ? "?" : directory);
  const mode_t mask = ::umask(0);
  (void)::umask(mask);
  std::printf("system umask: %o\n", mask);
}

void do_limit(const Arguments& arguments) {
  rlimit limit{};
  const int resource = number(arguments, 0);
  (void)::getrlimit(static_cast<__rlimit_resource>(resource), &limit);
  std::printf("limit %d: %llu %llu\n", resource, static_cast<unsigned long long>(limit.rlim_cur),
              static_cast<unsigned long long>(limit.rlim_max));
}

void do_signals(const Arguments&) {
  sigset_t blocked;
  (void)::sigprocmask(SIG_SETMASK, nullptr, &blocked);
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_DFL) {
      std::printf("signals %d: not default\n", signal);
    }
    if (::sigismember(&blocked, signal) == 1) std::printf("signals %d: blocked\n", signal);
  }
}

// Steals every descriptor of PID 1 it can and writes into it, as the known forgery of an exit status does.
void do_steal_exit(const Arguments&) {
  const long init = ::syscall(SYS_pidfd_open, 1, 0);
  int stolen = 0;
  for (int fd = 0; init >= 0 && fd < 64; ++fd) {
    const long copy = ::syscall(SYS_pidfd_getfd, init, fd, 0);
    if (copy < 0) continue;
    ++stolen;
    const std::uint64_t forged = 78;
    (void)!::write(static_cast<int>(copy), &forged, sizeof forged);
  }
  std::printf("steal-exit stolen: %d\n", stolen);
  std::printf("steal-exit memory: %s\n", outcome_of(::open("/proc/1/mem", O_RDWR | O_CLOEXEC)));
  std::printf("steal-exit root: %s\n", outcome_of(::open("/proc/1/root", O_RDONLY | O_DIRECTORY | O_CLOEXEC)));
  std::printf("steal-exit program: %s\n", outcome_of(::open("/proc/1/exe", O_RDONLY | O_CLOEXEC)));
  std::printf("steal-exit descriptors: %s\n", names_in("/proc/1/fd").front().c_str());
  const std::string environment = read_file("/proc/1/environ");
  std::printf("steal-exit environ: %s\n", environment.empty() ? "empty" : environment.c_str());
}

void do_mounts(const Arguments&) {
  const std::string text = read_file("/proc/self/mountinfo", 1 << 20);
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    char point[4096];
    char options[256];
    char optional[256];
    const std::string line = text.substr(start, end - start);
    if (std::sscanf(line.c_str(), "%*d %*d %*s %*s %4095s %255s %255s", point, options, optional) == 3) {
      std::printf("mounts %s: %s%s\n", point, options, std::strcmp(optional, "-") == 0 ? "" : " shared");
    }
    start = end + 1;
  }
}

void do_forks(const Arguments& arguments) {
  std::vector<pid_t> children;
  for (int index = 0; index < number(arguments, 0, 100); ++index) {
    const pid_t child = ::fork();
    if (child < 0) break;
    if (child == 0) {
      (void)::pause();
      ::_exit(0);
    }
    children.push_back(child);
  }
  std::printf("forks: %zu\n", children.size());
  for (const pid_t child : children) (void)::kill(child, SIGKILL);
  for (const pid_t child : children) (void)::waitpid(child, nullptr, 0);
}

void do_fill(const Arguments& arguments) {
  const std::string path = argument(arguments, 0) + "/filler";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::string block(65536, 'x');
  const auto most = static_cast<std::size_t>(number(arguments, 1, 1 << 20));
  std::size_t total = 0;
  ssize_t count = 1;
  while (count > 0 && total < most) {
    count = ::write(fd, block.data(), block.size());
    if (count > 0) total += static_cast<std::size_t>(count);
  }
  std::printf("fill %s: %zu\n", argument(arguments, 0).c_str(), total);
  (void)::close(fd);
  (void)::unlink(path.c_str());
}

// Leaves a process behind that ignores what can be ignored and appends to FILE for as long as it lives.
void do_linger(const Arguments& arguments) {
  const pid_t child = ::fork();
  if (child == 0) {
    (void)::setsid();
    for (int signal = 1; signal < NSIG; ++signal) (void)::signal(signal, SIG_IGN);
    const int fd = ::open(argument(arguments, 0).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    while (true) {
      (void)!::write(fd, "x", 1);
      (void)::usleep(1000);
    }
  }
  std::printf("linger: %s\n", outcome_of(child));
}

void do_sleep(const Arguments& arguments) {
  (void)std::fflush(stdout);
  timespec left{.tv_sec = number(arguments, 0, 1), .tv_nsec = 0};
  while (::nanosleep(&left, &left) != 0) {
  }
}

void do_exit(const Arguments& arguments) {
  (void)std::fflush(stdout);
  ::_exit(number(arguments, 0));
}

void do_raise(const Arguments& arguments) {
  (void)std::fflush(stdout);
  (void)::kill(::getpid(), number(arguments, 0));
}

void do_say(const Arguments& arguments) {
  std::printf("say: %s\n", argument(arguments, 0).c_str());
  (void)std::fflush(stdout);
}

void do_echo(const Arguments&) {
  char line[4096];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    std::printf("echo: %s", line);
    (void)std::fflush(stdout);
  }
}

volatile sig_atomic_t caught = 0;

// Says which signal came, then ends with 40 and its number.
void do_trap(const Arguments&) {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2}) {
    (void)::signal(signal, [](int number) { caught = number; });
  }
  std::printf("trap: ready\n");
  (void)std::fflush(stdout);
  sigset_t none;
  (void)::sigemptyset(&none);
  while (caught == 0) (void)::sigsuspend(&none);
  std::printf("trap: %d\n", static_cast<int>(caught));
  (void)std::fflush(stdout);
  ::_exit(40 + caught);
}

struct Verb {
  const char* name;
  void (*act)(const Arguments&);
};

constexpr Verb kVerbs[] = {
    {"abstract", do_abstract},
    {"caps", do_caps},
    {"echo", do_echo},
    {"environ", do_environ},
    {"exit", do_exit},
    {"fds", do_fds},
    {"fill", do_fill},
    {"forks", do_forks},
    {"ids", do_ids},
    {"interfaces", do_interfaces},
    {"keyring", do_keyring},
    {"kill", do_kill},
    {"limit", do_limit},
    {"linger", do_linger},
    {"list", do_list},
    {"mkdir", do_mkdir},
    {"mount", do_mount},
    {"mounts", do_mounts},
    {"namespaces", do_namespaces},
    {"net", do_net},
    {"open", do_open},
    {"ptrace", do_ptrace},
    {"raise", do_raise},
    {"read", do_read},
    {"say", do_say},
    {"session", do_session},
    {"signals", do_signals},
    {"sleep", do_sleep},
    {"stat", do_stat},
    {"steal-exit", do_steal_exit},
    {"syscall", do_syscall},
    {"system", do_system},
    {"tiocsti", do_tiocsti},
    {"trap", do_trap},
    {"unix", do_unix},
    {"unlink", do_unlink},
    {"userns", do_userns},
    {"waylay", do_waylay},
    {"write", do_write},
};

bool run(const Arguments& words) {
  if (words.empty()) return true;
  const auto* const verb =
      std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const Verb& it) { return words[0] == it.name; });
  if (verb == std::end(kVerbs)) {
    std::fprintf(stderr, "peek: no verb '%s'\n", words[0].c_str());
    return false;
  }
  verb->act(Arguments(words.begin() + 1, words.end()));
  (void)std::fflush(stdout);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments words;
  for (int index = 1; index < argc; ++index) {
    if (std::strcmp(argv[index], "--") == 0) {
      if (!run(words)) return 2;
      words.clear();
    } else {
      words.emplace_back(argv[index]);
    }
  }
  return run(words) ? 0 : 2;
}
