// The destinations each network mode refuses, as rules for plan::Sandbox::network_rules: the longest prefix wins.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/plan/plan.h"

namespace hutch::network {

// Where the sandbox asks names: pasta answers there with the host's resolver (--dns-forward). Out of 192.0.0.0/24, of
// which RFC 6890 says that nobody may use what is not assigned: excepting the address excepts no other host.
inline constexpr const char* kNameServer = "192.0.0.53";

// The host's loopback, however it is spelled: pasta before 2024 connects to whatever address a packet names, and
// SO_BINDTODEVICE sends packets for 127.0.0.1 and ::1 its way. Rules for loopback mean "only through lo".
[[nodiscard]] std::vector<plan::NetworkRule> refuse_host_loopback();

// Everything that is not the public internet, and the host. Of a global IPv6 address of the host its whole /64 is
// refused: that is the LAN's prefix (RFC 4291, 2.5.4). IPv4 networks of the host with public addresses are not known
// here and stay reachable, but for the host itself.
[[nodiscard]] std::vector<plan::NetworkRule> refuse_local(const std::vector<std::string>& host_addresses);

// Everything but private, link-local and local multicast addresses and the LAN's IPv6 prefixes; not the host.
[[nodiscard]] std::vector<plan::NetworkRule> refuse_remote(const std::vector<std::string>& host_addresses);

[[nodiscard]] bool is_ipv6(std::string_view address);
// Neither loopback nor link-local: an address that others can answer to.
[[nodiscard]] bool is_routable(std::string_view address);

}  // namespace hutch::network
