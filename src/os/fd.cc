#include "os/fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/i18n.h"

namespace hutch::os {

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Fd::reset() {
  if (fd_ < 0) return;
  const int saved = errno;
  (void)::close(fd_);  // nothing was written through it that close could still report and we would act on
  errno = saved;
  fd_ = -1;
}

Result<Fd> duplicate(int fd, int minimum) {
  const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, minimum);
  if (copy < 0) return unexpected(system_error(errno, _("cannot duplicate a descriptor")));
  return Fd(copy);
}

Status place(int fd, int number) {
  const int result = fd == number ? ::fcntl(fd, F_SETFD, 0) : ::dup2(fd, number);
  if (result < 0) return unexpected(system_error(errno, _("cannot place a descriptor")));
  return {};
}

}  // namespace hutch::os
