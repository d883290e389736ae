// Descriptors opened by the dozen and closed together: one call instead of one each.
#pragma once

#include <array>
#include <cstddef>

#include "os/fd.h"

namespace hutch::launch {

// The owner; what it lends stays open until close_all.
class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { close_all(); }
  // The number, borrowed until close_all; -1 for an empty Fd, with errno as it was.
  int keep(os::Fd fd);
  [[nodiscard]] bool is_filling() const { return count_ > kCapacity / 2; }
  void close_all();

 private:
  static constexpr std::size_t kCapacity = 256;
  std::array<int, kCapacity> fds_{};
  std::size_t count_ = 0;
};

}  // namespace hutch::launch
