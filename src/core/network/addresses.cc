#include "core/network/addresses.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/text.h"

namespace hutch::network {
namespace {

struct Network {
  const char* address;
  std::uint8_t prefix;
};

constexpr Network kLoopback = {"127.0.0.0", 8};
constexpr Network kThisNetwork = {"0.0.0.0", 8};

// RFC 6890 and its registry. What carries IPv4 inside IPv6 is made from this list.
constexpr std::array kLocal = {
    kThisNetwork,
    Network{"10.0.0.0", 8},     // RFC 1918
    Network{"100.64.0.0", 10},  // carrier-grade NAT, RFC 6598; also many VPNs
    kLoopback,
    Network{"169.254.0.0", 16},  // link-local, RFC 3927; cloud metadata
    Network{"172.16.0.0", 12},   // RFC 1918
    Network{"192.0.0.0", 24},    // protocol assignments
    Network{"192.168.0.0", 16},  // RFC 1918
    Network{"198.18.0.0", 15},   // benchmarking
    Network{"224.0.0.0", 4},     // multicast
    Network{"240.0.0.0", 4},     // reserved, broadcast
};

constexpr Network kLoopback6 = {"::1", 128};
constexpr Network kMapped = {"::ffff:0.0.0.0", 96};  // as the destination of a packet: the host's IPv4 stack
constexpr std::array kLocal6 = {
    kLoopback6,
    kMapped,
    Network{"64:ff9b:1::", 48},  // local NAT64, RFC 8215
    Network{"2002::", 16},       // 6to4: any IPv4 address inside
    Network{"fc00::", 7},        // unique local, RFC 4193
    Network{"fe80::", 10},       // link-local
    Network{"fec0::", 10},       // site-local, deprecated
    Network{"ff00::", 8},        // multicast
};

constexpr std::array kLan = {
    Network{"10.0.0.0", 8},         Network{"169.254.0.0", 16}, Network{"172.16.0.0", 12},
    Network{"192.168.0.0", 16},     Network{"224.0.0.0", 24},  // local network control block: mDNS
    Network{"239.255.0.0", 16},                                // RFC 2365 local scope: SSDP
    Network{"255.255.255.255", 32},
};
constexpr std::array kLan6 = {
    Network{"fc00::", 7}, Network{"fe80::", 10}, Network{"ff02::", 16},  // link-local multicast
};
// Cloud metadata services: they hand out the machine's credentials.
constexpr Network kMetadata = {"169.254.169.254", 32};
constexpr Network kMetadata6 = {"fd00:ec2::254", 128};

plan::NetworkRule rule(const Network& network, bool ipv6, bool allow) {
  return {.ipv6 = ipv6, .address = network.address, .prefix = network.prefix, .allow = allow};
}

plan::NetworkRule host_rule(const std::string& address, bool allow) {
  const bool ipv6 = is_ipv6(address);
  return {.ipv6 = ipv6, .address = address, .prefix = static_cast<std::uint8_t>(ipv6 ? 128 : 32), .allow = allow};
}

// The well-known NAT64 prefix with an IPv4 network behind it, RFC 6052.
plan::NetworkRule translated(std::string_view ipv4, unsigned prefix) {
  return {.ipv6 = true,
          .address = "64:ff9b::" + std::string(ipv4),
          .prefix = static_cast<std::uint8_t>(96 + prefix),
          .allow = false};
}

using Groups = std::array<unsigned, 8>;

std::optional<unsigned> read_group(std::string_view digits) {
  if (digits.empty() || digits.size() > 4) return std::nullopt;
  unsigned value = 0;
  for (const char digit : digits) {
    const std::size_t nibble = std::string_view("0123456789abcdef").find(digit);
    if (nibble == std::string_view::npos) return std::nullopt;
    value = value * 16 + static_cast<unsigned>(nibble);
  }
  return value;
}

// The groups of an IPv6 address as inet_ntop(3) writes it; absent for one with an IPv4 tail.
std::optional<Groups> read_groups(std::string_view address) {
  const std::size_t gap = address.find("::");
  const auto read = [](std::string_view part) -> std::optional<std::vector<unsigned>> {
    std::vector<unsigned> values;
    if (part.empty()) return values;
    for (const std::string_view digits : text::split(part, ':')) {
      const auto value = read_group(digits);
      if (!value) return std::nullopt;
      values.push_back(*value);
    }
    return values;
  };
  const auto front = read(address.substr(0, gap));
  const auto back = read(gap == std::string_view::npos ? "" : address.substr(gap + 2));
  if (!front || !back) return std::nullopt;
  const std::size_t count = front->size() + back->size();
  if (count > 8 || (gap == std::string_view::npos) != (count == 8)) return std::nullopt;
  Groups groups{};
  std::ranges::copy(*front, groups.begin());
  std::ranges::copy(*back, groups.end() - static_cast<std::ptrdiff_t>(back->size()));
  return groups;
}

bool is_global6(const Groups& groups) {
  return (groups[0] & 0xe000) == 0x2000;
}  // 2000::/3, RFC 4291

// The /64 networks of the host's global addresses.
std::vector<plan::NetworkRule> lan_prefixes(const std::vector<std::string>& host_addresses, bool allow) {
  std::vector<plan::NetworkRule> rules;
  for (const std::string& address : host_addresses) {
    const auto groups = is_ipv6(address) ? read_groups(address) : std::nullopt;
    if (!groups || !is_global6(*groups)) continue;
    const Groups& at = *groups;
    plan::NetworkRule found{.ipv6 = true,
                            .address = text::format("%x:%x:%x:%x::", at[0], at[1], at[2], at[3]),
                            .prefix = 64,
                            .allow = allow};
    if (std::ranges::find(rules, found) == rules.end()) rules.push_back(std::move(found));
  }
  return rules;
}

void append(std::vector<plan::NetworkRule>& rules, std::vector<plan::NetworkRule> more) {
  std::ranges::move(more, std::back_inserter(rules));
}

}  // namespace

bool is_ipv6(std::string_view address) {
  return address.find(':') != std::string_view::npos;
}

bool is_routable(std::string_view address) {
  if (!is_ipv6(address)) return !address.starts_with("127.") && !address.starts_with("169.254.");
  const auto groups = read_groups(address);
  return groups && (*groups)[0] != 0 && ((*groups)[0] & 0xffc0) != 0xfe80;
}

std::vector<plan::NetworkRule> refuse_host_loopback() {
  return {rule(kThisNetwork, false, false), rule(kLoopback, false, false), rule(kLoopback6, true, false),
          rule(kMapped, true, false)};
}

std::vector<plan::NetworkRule> refuse_local(const std::vector<std::string>& host_addresses) {
  std::vector<plan::NetworkRule> rules;
  for (const Network& network : kLocal) rules.push_back(rule(network, false, false));
  for (const Network& network : kLocal6) rules.push_back(rule(network, true, false));
  for (const Network& network : kLocal) rules.push_back(translated(network.address, network.prefix));
  for (const std::string& address : host_addresses) {
    if (is_ipv6(address) || !is_routable(address)) continue;
    rules.push_back(host_rule(address, false));
    rules.push_back(translated(address, 32));
  }
  append(rules, lan_prefixes(host_addresses, false));
  rules.push_back(host_rule(kNameServer, true));
  return rules;
}

std::vector<plan::NetworkRule> refuse_remote(const std::vector<std::string>& host_addresses) {
  std::vector<plan::NetworkRule> rules{rule({"0.0.0.0", 0}, false, false), rule({"::", 0}, true, false)};
  append(rules, refuse_host_loopback());
  for (const Network& network : kLan) rules.push_back(rule(network, false, true));
  for (const Network& network : kLan6) rules.push_back(rule(network, true, true));
  append(rules, lan_prefixes(host_addresses, true));
  rules.push_back(rule(kMetadata, false, false));
  rules.push_back(rule(kMetadata6, true, false));
  for (const std::string& address : host_addresses) {
    if (is_routable(address)) rules.push_back(host_rule(address, false));
  }
  rules.push_back(host_rule(kNameServer, true));
  return rules;
}

}  // namespace hutch::network
