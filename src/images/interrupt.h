// Ctrl-C and SIGTERM while something lasts: they are blocked and become readable on a descriptor, so that what is under
// way is given up in order and what arrived is kept.
#pragma once

#include <signal.h>

#include "os/fd.h"

namespace hutch::images {

class Interrupt {
 public:
  [[nodiscard]] static Result<Interrupt> watch();
  Interrupt(Interrupt&&) noexcept = default;
  Interrupt& operator=(Interrupt&&) = delete;
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  [[nodiscard]] int descriptor() const { return fd_.get(); }
  // kConflict with "interrupted" once a signal has come.
  [[nodiscard]] Status check() const;
  // The same after at most so many milliseconds of waiting.
  [[nodiscard]] Status pause(std::int64_t milliseconds) const;

 private:
  Interrupt(os::Fd fd, const sigset_t& before) : fd_(std::move(fd)), before_(before) {}
  os::Fd fd_;
  sigset_t before_{};
};

// Milliseconds of a clock that never jumps.
[[nodiscard]] std::int64_t now_milliseconds();

}  // namespace hutch::images
