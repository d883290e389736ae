// The sandbox's own network stack: loopback, refused destinations, and proof that they are refused.
//
// Refusals are xfrm output policies (ip-xfrm(8)): routes are no wall, since a program without capabilities passes them
// with SO_BINDTODEVICE. For IPv6 there are policy routing rules (ip-rule(8)) beside them, because xfrm judges the final
// destination while a routing header (IPV6_RTHDR, which needs no capability) sends the packet elsewhere first; the
// rules judge where the packet goes. They hold for what the sandbox sends only, not for what reaches it.
//
// A refused loopback network means "only through lo": the stack's own loopback goes on, packets for it that were made
// to leave by another device do not.
#pragma once

#include <vector>

#include "core/plan/plan.h"
#include "launch/netlink.h"

namespace hutch::launch {

[[nodiscard]] bool raise_loopback();  // false with errno

// The longest prefix gets the first word; of two equal ones, the allowing one.
[[nodiscard]] RuleFault refuse_destinations(const std::vector<plan::NetworkRule>& rules);
// Tries an address of every refused network.
[[nodiscard]] RuleFault find_reachable(const std::vector<plan::NetworkRule>& rules);

// The address `find_reachable` tries, in network byte order, 4 or 16 bytes: the first host of the network, or one of
// those for documentation when the network is everything.
struct Address {
  unsigned char bytes[16] = {};
};
[[nodiscard]] bool first_host(const plan::NetworkRule& rule, Address& address);  // false: not a numeric address
// True when a longer or equal prefix than `rule` allows its first host.
[[nodiscard]] bool is_excepted(const plan::NetworkRule& rule, const std::vector<plan::NetworkRule>& rules);

}  // namespace hutch::launch
