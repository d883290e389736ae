#include "images/interrupt.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <time.h>

#include <algorithm>
#include <cerrno>

#include "base/i18n.h"

namespace hutch::images {

Result<Interrupt> Interrupt::watch() {
  sigset_t wanted;
  sigset_t before;
  (void)::sigemptyset(&wanted);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) (void)::sigaddset(&wanted, signal);
  (void)::sigprocmask(SIG_BLOCK, &wanted, &before);  // cannot fail with these arguments
  os::Fd fd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return unexpected(system_error(errno, _("cannot watch for signals")));
  return Interrupt(std::move(fd), before);
}

Interrupt::~Interrupt() {
  if (fd_) (void)::sigprocmask(SIG_SETMASK, &before_, nullptr);  // one that has come takes effect now
}

Status Interrupt::check() const {
  return pause(0);
}

Status Interrupt::pause(std::int64_t milliseconds) const {
  const std::int64_t until = now_milliseconds() + milliseconds;
  while (true) {
    pollfd asked{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    const std::int64_t left = std::clamp<std::int64_t>(until - now_milliseconds(), 0, 1000000);
    const int ready = ::poll(&asked, 1, static_cast<int>(left));
    if (ready > 0) return failure(ErrorKind::kConflict, _("interrupted"));
    if (ready == 0) return {};
  }
}

std::int64_t now_milliseconds() {
  timespec now{};
  (void)::clock_gettime(CLOCK_MONOTONIC, &now);  // cannot fail with this clock
  return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

}  // namespace hutch::images
