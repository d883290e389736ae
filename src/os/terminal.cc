#include "os/terminal.h"

#include <sys/ioctl.h>

#include <cerrno>

#include "base/i18n.h"

namespace hutch::os {

Result<RawTerminal> RawTerminal::enter(int fd) {
  termios before{};
  if (::tcgetattr(fd, &before) != 0) return unexpected(system_error(errno, _("cannot read the terminal's settings")));
  RawTerminal terminal(fd, before);
  TRY(terminal.resume());
  return terminal;
}

RawTerminal::RawTerminal(RawTerminal&& other) noexcept : fd_(std::exchange(other.fd_, -1)), before_(other.before_) {}

RawTerminal::~RawTerminal() {
  suspend();
}

void RawTerminal::suspend() const {
  if (fd_ >= 0) (void)::tcsetattr(fd_, TCSADRAIN, &before_);  // a terminal that is gone needs no restoring
}

Status RawTerminal::resume() const {
  termios raw = before_;
  ::cfmakeraw(&raw);
  if (::tcsetattr(fd_, TCSADRAIN, &raw) != 0) {
    return unexpected(system_error(errno, _("cannot set the terminal to raw mode")));
  }
  return {};
}

void copy_window_size(int from, int to) {
  winsize size{};
  if (::ioctl(from, TIOCGWINSZ, &size) == 0) (void)::ioctl(to, TIOCSWINSZ, &size);  // cosmetic
}

}  // namespace hutch::os
