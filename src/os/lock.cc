#include "os/lock.h"

#include <fcntl.h>

#include <cerrno>

#include "base/i18n.h"

namespace hutch::os {
namespace {

bool set_lock(int fd, LockKind kind, int command) {
  struct flock lock {};
  lock.l_type = kind == LockKind::kShared ? F_RDLCK : F_WRLCK;
  lock.l_whence = SEEK_SET;
  while (::fcntl(fd, command, &lock) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

}  // namespace

Result<bool> try_lock(int fd, LockKind kind) {
  if (set_lock(fd, kind, F_OFD_SETLK)) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  return unexpected(system_error(errno, _("cannot lock")));
}

Status wait_for_lock(int fd, LockKind kind) {
  if (set_lock(fd, kind, F_OFD_SETLKW)) return {};
  return unexpected(system_error(errno, _("cannot lock")));
}

}  // namespace hutch::os
