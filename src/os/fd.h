// Fd: an owned file descriptor, close-on-exec from birth.
#pragma once

#include <utility>

#include "base/result.h"

namespace hutch::os {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset();  // errno is preserved

 private:
  int fd_ = -1;
};

// A close-on-exec duplicate numbered at least `minimum`.
[[nodiscard]] Result<Fd> duplicate(int fd, int minimum = 3);
// Makes a descriptor survive exec at exactly `number`; fd == number only clears close-on-exec.
[[nodiscard]] Status place(int fd, int number);

}  // namespace hutch::os
