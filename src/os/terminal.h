// Relaying a terminal: bytes both ways, window size, raw mode restored whatever happens.
#pragma once

#include <termios.h>

#include "os/fd.h"

namespace hutch::os {

// Puts the terminal on `fd` into raw mode (termios(3), cfmakeraw) and restores it when destroyed.
class RawTerminal {
 public:
  [[nodiscard]] static Result<RawTerminal> enter(int fd);
  RawTerminal(RawTerminal&& other) noexcept;
  RawTerminal& operator=(RawTerminal&&) = delete;
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal();
  void suspend() const;                 // the user's settings, while we are stopped
  [[nodiscard]] Status resume() const;  // raw again

 private:
  RawTerminal(int fd, const termios& before) : fd_(fd), before_(before) {}
  int fd_ = -1;  // borrowed
  termios before_{};
};

// Copies the window size of one terminal to another; no terminal, no effect.
void copy_window_size(int from, int to);

}  // namespace hutch::os
