#include "os/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/i18n.h"

namespace hutch::os {

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return unexpected(system_error(errno, _("cannot make a pipe")));
  return Pipe{.read = Fd(ends[0]), .write = Fd(ends[1])};
}

}  // namespace hutch::os
