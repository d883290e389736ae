#include "launch/guard.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "core/plan/channel.h"
#include "os/process.h"

namespace hutch::launch {
namespace {

int failed() {
  return plan::exit_code(plan::StepReport{.stage = plan::Stage::kExec, .step = -1, .error = errno});
}

[[noreturn]] void run(pid_t guard, char** arguments, char** environment) {
  // A guard that dies first takes the program along; one that died already is noticed by its changed child.
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && ::getppid() == guard) {
    (void)::execve(arguments[0], arguments, environment);
  }
  ::_exit(failed());
}

}  // namespace

int guard(char** arguments, char** environment) {
  if (arguments[0] == nullptr || ::fcntl(plan::kLifeDescriptor, F_SETFD, FD_CLOEXEC) != 0) {
    errno = EINVAL;
    return failed();
  }
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return failed();
  if (child == 0) run(self, arguments, environment);
  const auto watched = os::open_pidfd(child);
  pollfd polled[] = {{.fd = plan::kLifeDescriptor, .events = 0, .revents = 0},
                     {.fd = watched ? watched->get() : -1, .events = POLLIN, .revents = 0}};
  while (watched && polled[0].revents == 0 && polled[1].revents == 0) (void)::poll(polled, 2, -1);  // EINTR: again
  if (polled[1].revents == 0) (void)::kill(child, SIGKILL);  // not reaped yet: the number is still the child's
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const bool was_signalled = WIFSIGNALED(status);
  return plan::exit_code(
      plan::Outcome{.kind = was_signalled ? plan::Outcome::Kind::kSignalled : plan::Outcome::Kind::kExited,
                    .value = was_signalled ? WTERMSIG(status) : WEXITSTATUS(status)});
}

}  // namespace hutch::launch
