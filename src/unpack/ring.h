// Bytes from one process to another through memory they share: a fixed number of slots, a pipe in each direction to say
// which are full and which are free again. A hang-up on a pipe is the other process's end.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "core/image/digest.h"
#include "os/fd.h"
#include "os/pipe.h"

namespace hutch::unpack {

inline constexpr std::size_t kSlots = 8;
inline constexpr std::size_t kSlotSize = 512u << 10;

// What the producer says at its end.
struct Closing {
  bool is_set = false;
  bool has_failed = false;
  ErrorKind kind = ErrorKind::kSystem;
  int code = 0;
  std::array<char, 512> failure{};
  std::uint64_t bytes = 0;
  image::DigestBytes digest{};  // of all bytes
};

class Ring {
 public:
  [[nodiscard]] static Result<Ring> make();
  Ring(Ring&& other) noexcept;
  Ring& operator=(Ring&&) = delete;
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;
  ~Ring();

  // After the fork each side keeps its ends.
  void become_producer();
  void become_consumer();

  // Producer: a slot to fill, then its length. Empty: the consumer is gone.
  [[nodiscard]] std::span<char> free_slot();
  void fill(std::size_t length);
  void close(const Closing& closing);

  // Consumer: the next piece, valid until the next call; empty at the end, when closing() tells how it went.
  [[nodiscard]] std::string_view next();
  [[nodiscard]] const Closing& closing() const { return shared_->closing; }

 private:
  struct Shared {
    std::array<std::size_t, kSlots> lengths;
    Closing closing;
    alignas(4096) char bytes[kSlots][kSlotSize];
  };
  Ring(Shared* shared, os::Pipe full, os::Pipe free)
      : shared_(shared), full_(std::move(full)), free_(std::move(free)) {}

  Shared* shared_ = nullptr;
  os::Pipe full_;
  os::Pipe free_;
  std::size_t slot_ = 0;
  bool holds_slot_ = false;
};

}  // namespace hutch::unpack
