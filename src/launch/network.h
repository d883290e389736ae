// The sandbox's own network stack: loopback, refused destinations, and proof that they are refused.
//
// Refusals are xfrm output policies (ip-xfrm(8)): routes are no wall, since a program without capabilities passes them
// with SO_BINDTODEVICE. The stack's loopback device takes no part in xfrm.
#pragma once

#include <vector>

#include "core/plan/plan.h"

namespace hutch::launch {

[[nodiscard]] bool raise_loopback();  // false with errno

struct RuleFault {
  int rule = -1;  // index; -1: none
  int error = 0;
};
// One policy for each rule; the longest prefix gets the first word.
[[nodiscard]] RuleFault refuse_destinations(const std::vector<plan::NetworkRule>& rules);
// Tries an address of every refused network.
[[nodiscard]] RuleFault find_reachable(const std::vector<plan::NetworkRule>& rules);

// The address `find_reachable` tries: the first host of the network, in network byte order, 4 or 16 bytes.
struct Address {
  unsigned char bytes[16] = {};
};
[[nodiscard]] bool first_host(const plan::NetworkRule& rule, Address& address);  // false: not a numeric address
// True when a longer or equal prefix than `rule` allows its first host.
[[nodiscard]] bool is_excepted(const plan::NetworkRule& rule, const std::vector<plan::NetworkRule>& rules);

}  // namespace hutch::launch
