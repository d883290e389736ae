#include "os/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"
#include "os/pipe.h"

namespace hutch::os {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

Error cannot_start(const HostPath& program, int code) {
  return system_error(code, text::format(_("cannot start '%s'"), text::printable(program.str()).c_str()));
}

}  // namespace

Result<Process> Process::spawn(const SpawnOptions& options) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (::posix_spawn_file_actions_init(&actions) != 0 || ::posix_spawnattr_init(&attributes) != 0) {
    return unexpected(cannot_start(options.program, ENOMEM));
  }
  // What our own caller left open is not the child's.
  if (::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
    return unexpected(cannot_start(options.program, errno));
  }
  // Copies above every target number first: placing one descriptor never overwrites another's source.
  std::vector<Fd> copies;
  int lowest_free = 64;
  for (const auto& [from, to] : options.descriptors) lowest_free = std::max(lowest_free, to + 1);
  for (const auto& [from, to] : options.descriptors) {
    copies.push_back(TRY(duplicate(from, lowest_free)));
    (void)::posix_spawn_file_actions_adddup2(&actions, copies.back().get(), to);  // fails on no memory only: spawn too
  }
  sigset_t none;
  sigset_t all;
  (void)::sigemptyset(&none);
  (void)::sigfillset(&all);
  (void)::posix_spawnattr_setsigmask(&attributes, &none);
  (void)::posix_spawnattr_setsigdefault(&attributes, &all);
  const int session = options.new_session ? POSIX_SPAWN_SETSID : 0;
  (void)::posix_spawnattr_setflags(&attributes,
                                   static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | session));
  pid_t pid = 0;
  const int code = ::posix_spawn(&pid, options.program.c_str(), &actions, &attributes,
                                 pointers(options.arguments).data(), pointers(options.environment).data());
  (void)::posix_spawn_file_actions_destroy(&actions);
  (void)::posix_spawnattr_destroy(&attributes);
  if (code != 0) return unexpected(cannot_start(options.program, code));
  auto pidfd = open_pidfd(pid);  // safe: an unreaped child's pid cannot be reused
  if (!pidfd) {
    (void)::kill(pid, SIGKILL);
    (void)::waitpid(pid, nullptr, 0);
    return unexpected(std::move(pidfd).error());
  }
  return Process(pid, std::move(*pidfd));
}

Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, 0)), pidfd_(std::move(other.pidfd_)) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  return *this;
}

Process::~Process() {
  if (!pidfd_) return;
  (void)signal(SIGKILL);  // it may have ended already
  (void)wait();
}

Status Process::signal(int number) const {
  return signal_pidfd(pidfd_.get(), number);
}

Result<Ending> Process::wait() {
  siginfo_t info{};
  while (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED) != 0) {
    if (errno != EINTR) return unexpected(system_error(errno, _("cannot wait for a process")));
  }
  release();
  return Ending{.was_signalled = info.si_code != CLD_EXITED, .value = info.si_status};
}

void Process::release() {
  pidfd_.reset();
  pid_ = 0;
}

Result<Captured> run_and_capture(SpawnOptions options, std::size_t limit) {
  Pipe output = TRY(make_pipe());
  const Fd nothing = TRY(open_path(HostPath::literal("/dev/null"), O_RDONLY));
  options.descriptors.emplace_back(nothing.get(), 0);
  options.descriptors.emplace_back(output.write.get(), 1);
  Process child = TRY(Process::spawn(options));
  output.write.reset();
  Captured captured;
  captured.output = TRY(read_all(output.read.get(), limit));
  captured.ending = TRY(child.wait());
  return captured;
}

Result<Fd> open_pidfd(pid_t pid) {
  const long fd = ::syscall(SYS_pidfd_open, pid, 0);
  if (fd < 0) return unexpected(system_error(errno, _("cannot hold on to a process")));
  return Fd(static_cast<int>(fd));
}

Status signal_pidfd(int pidfd, int number) {
  if (::syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, 0) != 0) {
    return unexpected(system_error(errno, _("cannot send a signal")));
  }
  return {};
}

}  // namespace hutch::os
