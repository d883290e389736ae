#include "launch/command.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "core/plan/channel.h"
#include "core/plan/witness.h"
#include "launch/lockdown.h"
#include "launch/packets.h"
#include "os/terminal.h"

namespace hutch::launch {
namespace {

using plan::Stage;
using plan::StepReport;

constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

std::string_view name_of(std::string_view entry) {
  return entry.substr(0, entry.find('='));
}

StepReport failed(Stage stage, int step = -1) {
  return {.stage = stage, .step = step, .error = errno};
}

struct Child {
  const Entry* entry;
  StepReport report;
};

int run_child(void* argument) {
  auto* const child = static_cast<Child*>(argument);
  child->report = child->entry->become();
  ::_exit(plan::exit_code(child->report));
}

}  // namespace

Entry::Entry(const plan::Command& command, std::vector<std::string> environment)
    : command_(command),
      environment_(std::move(environment)),
      argument_pointers_(pointers(command.arguments)),
      environment_pointers_(pointers(environment_)),
      search_path_(kDefaultPath) {
  environment_pointers_.push_back(nullptr);
  for (const std::string& entry : environment_) {
    if (name_of(entry) == "PATH") search_path_ = std::string_view(entry).substr(sizeof "PATH=" - 1);
  }
}

bool Entry::begin_session() const {
  if (session == Session::kForeground) {
    const pid_t self = ::getpid();
    // SIGTTOU is blocked here, so a process in the background may do this (tcsetpgrp(3)).
    return ::setpgid(0, 0) == 0 && ::ioctl(terminal, TIOCSPGRP, &self) == 0;
  }
  if (session == Session::kInherited) return true;
  if (::setsid() < 0) return false;
  return terminal < 0 || ::ioctl(terminal, TIOCSCTTY, 0) == 0;
}

bool Entry::place_standards() const {
  for (int number = 0; number <= STDERR_FILENO; ++number) {
    const bool is_replaced = ::isatty(standard[number]) == 1;
    const int from = is_replaced ? terminal : standard[number];
    if (from != number && ::dup2(from, number) < 0) return false;  // EBADF: a terminal, but no terminal was planned
  }
  return std::all_of(descriptors.begin() + static_cast<std::ptrdiff_t>(sockets), descriptors.end(),
                     [](int fd) { return ::fcntl(fd, F_SETFD, fd == plan::kTraceDescriptor ? FD_CLOEXEC : 0) == 0; });
}

// The last thing before the program: their numbers are in use until then. dup2 clears close-on-exec.
bool Entry::hand_over_sockets() const {
  if (sockets == 0) return true;
  for (std::size_t index = 0; index < sockets; ++index) {
    if (::dup2(descriptors[index], plan::kFirstSocket + static_cast<int>(index)) < 0) return false;
  }
  char* const digits = listen_pid_ + std::strlen("LISTEN_PID=");
  *std::to_chars(digits, std::end(listen_pid_) - 1, ::getpid()).ptr = '\0';
  environment_pointers_[environment_pointers_.size() - 2] = listen_pid_;
  return true;
}

StepReport Entry::execute() const {
  const auto run = [this](const char* path) {
    (void)::execve(path, argument_pointers_.data(), environment_pointers_.data());  // comes back on failure only
  };
  const std::string& program = command_.program;
  if (program.find('/') != std::string::npos) {
    run(program.c_str());
    return failed(Stage::kExec);
  }
  StepReport report{.stage = Stage::kExec, .step = -1, .error = ENOENT};
  for (std::string_view rest = search_path_; !rest.empty() && !program.empty();) {
    const std::string_view directory = rest.substr(0, rest.find(':'));
    rest.remove_prefix(std::min(directory.size() + 1, rest.size()));
    char path[kPathLimit + 1];
    if (!directory.starts_with('/') || directory.size() + 1 + program.size() > kPathLimit) continue;
    std::memcpy(path, directory.data(), directory.size());
    path[directory.size()] = '/';
    std::memcpy(path + directory.size() + 1, program.c_str(), program.size() + 1);
    run(path);
    if (errno != ENOENT && errno != ENOTDIR) report.error = errno;
    if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) break;
  }
  return report;
}

StepReport Entry::become() const {
  if (!begin_session() || !place_standards()) return failed(Stage::kTerminal);
  if (::chdir(command_.directory.c_str()) != 0) return failed(Stage::kDirectory);
  if (!apply_limits(limits)) return failed(Stage::kLimits);
  sigset_t none;
  (void)::sigemptyset(&none);
  (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
  // From here on: nothing but what the filter allows.
  const bool asks = std::find(descriptors.begin(), descriptors.end(), plan::kTraceDescriptor) != descriptors.end();
  const bool is_loaded =
      asks ? load_asking_filter(filter, plan::kTraceDescriptor) : filter.empty() || load_filter(filter);
  if (!is_loaded) return failed(Stage::kSeccomp);
  if (walls.is_system && !keep_only(walls.capabilities)) return failed(Stage::kCapabilities);
  const auto broken = find_broken_wall(walls);
  if (broken) return {.stage = Stage::kProof, .step = static_cast<int>(*broken), .error = EPERM};
  if (!hand_over_sockets()) return failed(Stage::kInherit);
  if (asks) (void)send(plan::kTraceDescriptor, {});  // what is refused from now on is the program's own doing
  return execute();
}

Spawned spawn(const Entry& entry) {
  alignas(16) static char stack[64 << 10];  // one child at a time: the parent waits for it to execute
  Child child{.entry = &entry, .report = {.stage = Stage::kExec, .step = -1, .error = 0}};
  const pid_t pid = ::clone(run_child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &child);
  if (pid < 0) return {.pid = 0, .failure = failed(Stage::kExec)};
  if (child.report.error == 0) return {.pid = pid, .failure = std::nullopt};
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return {.pid = 0, .failure = child.report};
}

Begun begin(const Entry& entry) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return {};
  os::Fd read(ends[0]);
  const os::Fd write(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return {};
  if (pid > 0) return {.pid = pid, .news = std::move(read)};
  const StepReport report = entry.become();
  (void)!::write(write.get(), &report, sizeof report);  // an empty pipe takes it; PID 1 that is gone took us along
  ::_exit(plan::exit_code(report));
}

News read_news(int news, StepReport& report) {
  const ssize_t count = ::read(news, &report, sizeof report);
  if (count == sizeof report) return News::kFailed;
  return count < 0 && (errno == EAGAIN || errno == EINTR) ? News::kNone : News::kExecuted;
}

Terminal make_terminal(int like) {
  Terminal terminal;
  os::Fd master(::open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
  int lock = 0;
  if (!master || ::ioctl(master.get(), TIOCSPTLCK, &lock) != 0) return terminal;
  os::Fd slave(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave) return terminal;
  os::copy_window_size(like, master.get());
  return {.master = std::move(master), .slave = std::move(slave)};
}

int find_terminal(std::span<const int> descriptors) {
  const auto found = std::find_if(descriptors.begin(), descriptors.end(), [](int fd) { return ::isatty(fd) == 1; });
  return found == descriptors.end() ? -1 : *found;
}

std::vector<std::string> merge_environment(const std::vector<std::string>& base,
                                           const std::vector<std::string>& additions) {
  std::vector<std::string> merged = base;
  for (const std::string& addition : additions) {
    const auto same = std::find_if(merged.begin(), merged.end(),
                                   [&](const std::string& entry) { return name_of(entry) == name_of(addition); });
    if (same == merged.end()) {
      merged.push_back(addition);
    } else {
      *same = addition;
    }
  }
  return merged;
}

}  // namespace hutch::launch
