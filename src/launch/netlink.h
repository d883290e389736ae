// Requests to the kernel's network stack in batches: netlink(7). No allocation.
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>

#include "os/fd.h"

namespace hutch::launch {

struct RuleFault {
  int rule = -1;  // index; -1: none
  int error = 0;
};

class Netlink {
 public:
  [[nodiscard]] static Netlink open(int protocol);
  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(socket_); }  // false with errno

  // Queues a request made for a rule; its fault, or that of one queued before, comes back now or from finish().
  [[nodiscard]] RuleFault add(int rule, std::uint16_t type, std::uint16_t flags, const void* body, std::size_t size);
  // Sends what is queued; no fault: the kernel has done it all.
  [[nodiscard]] RuleFault finish();

 private:
  static constexpr std::size_t kRequests = 32;
  static constexpr std::size_t kBytes = 8192;

  explicit Netlink(os::Fd socket) : socket_(std::move(socket)) {}
  [[nodiscard]] RuleFault await_answers() const;

  os::Fd socket_;
  alignas(nlmsghdr) char bytes_[kBytes] = {};
  std::size_t size_ = 0;
  std::size_t last_ = 0;       // where the last request begins
  int rules_[kRequests] = {};  // by sequence number
  std::uint32_t count_ = 0;
};

}  // namespace hutch::launch
