#include "launch/network.h"

#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "os/fd.h"

namespace hutch::launch {
namespace {

bool parse_address(const plan::NetworkRule& rule, Address& address) {
  return ::inet_pton(rule.ipv6 ? AF_INET6 : AF_INET, rule.address.c_str(), address.bytes) == 1;
}

// Whether the first `prefix` bits are equal.
bool is_within(const Address& address, const Address& network, unsigned prefix) {
  const unsigned whole = prefix / 8;
  if (std::memcmp(address.bytes, network.bytes, whole) != 0) return false;
  const unsigned rest = prefix % 8;
  return rest == 0 || (address.bytes[whole] ^ network.bytes[whole]) >> (8 - rest) == 0;
}

// The address and prefix bits of a family.
unsigned width(const plan::NetworkRule& rule) {
  return rule.ipv6 ? 128 : 32;
}

bool is_loopback(const plan::NetworkRule& rule, const Address& address) {
  constexpr Address kLoopback6{.bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
  if (rule.ipv6) return rule.prefix == 128 && is_within(address, kLoopback6, 128);
  return rule.prefix >= 8 && address.bytes[0] == 127;
}

// True where the kernel has no IPv6: then there is no way there.
bool lacks_ipv6() {
  const os::Fd socket(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return !socket && errno == EAFNOSUPPORT;
}

constexpr std::uint16_t kCreate = NLM_F_CREATE | NLM_F_EXCL;
constexpr unsigned kFirstPriority = 1;  // lower numbers are asked first
constexpr unsigned kRulePriority = 16;

xfrm_userpolicy_info policy_of(bool ipv6, const Address& address, unsigned prefix, bool allow, unsigned priority) {
  xfrm_userpolicy_info policy{};
  std::memcpy(&policy.sel.daddr, address.bytes, sizeof address.bytes);
  policy.sel.family = ipv6 ? AF_INET6 : AF_INET;
  policy.sel.prefixlen_d = static_cast<std::uint8_t>(prefix);
  policy.lft.soft_byte_limit = policy.lft.hard_byte_limit = XFRM_INF;
  policy.lft.soft_packet_limit = policy.lft.hard_packet_limit = XFRM_INF;
  policy.priority = priority;
  policy.dir = XFRM_POLICY_OUT;
  policy.action = allow ? XFRM_POLICY_ALLOW : XFRM_POLICY_BLOCK;
  policy.share = XFRM_SHARE_ANY;
  return policy;
}

// Neighbour discovery, RFC 4861: the kernel's own; programs would need raw sockets for it. xfrm keeps the ICMP type
// where other protocols have the source port.
RuleFault allow_neighbours(Netlink& xfrm, int rule) {
  constexpr std::uint16_t kTypes[] = {135, 136};  // solicitation, advertisement
  for (const std::uint16_t type : kTypes) {
    xfrm_userpolicy_info policy = policy_of(true, {}, 0, true, kFirstPriority);
    policy.sel.proto = IPPROTO_ICMPV6;
    policy.sel.sport = htons(type);
    policy.sel.sport_mask = 0xffff;
    const RuleFault fault = xfrm.add(rule, XFRM_MSG_NEWPOLICY, kCreate, &policy, sizeof policy);
    if (fault.rule >= 0) return fault;
  }
  return {};
}

// IPv4 policies do not apply on lo (its disable_xfrm is set), IPv6 ones do: ::1 is left to the routing rules.
RuleFault add_policy(Netlink& xfrm, int index, const plan::NetworkRule& rule, const Address& address) {
  const bool allow = rule.allow || (rule.ipv6 && is_loopback(rule, address));
  const unsigned priority = kRulePriority + 2 * (width(rule) - rule.prefix) + (allow ? 0 : 1);
  const xfrm_userpolicy_info policy = policy_of(rule.ipv6, address, rule.prefix, allow, priority);
  return xfrm.add(index, XFRM_MSG_NEWPOLICY, kCreate, &policy, sizeof policy);
}

constexpr unsigned kLocalPriority = 20000;  // where the local table moves: behind all of ours

// One rule with its attributes, rtnetlink(7); the device's name last, as it may be left out.
struct RouteRule {
  fib_rule_hdr header{};
  nlattr destination_head{.nla_len = sizeof(nlattr) + 16, .nla_type = FRA_DST};
  unsigned char destination[16] = {};
  nlattr priority_head{.nla_len = sizeof(nlattr) + 4, .nla_type = FRA_PRIORITY};
  std::uint32_t priority = 0;
  nlattr device_head{.nla_len = sizeof(nlattr) + 3, .nla_type = FRA_IFNAME};
  char device[4] = "lo";  // FRA_IFNAME "lo": what is sent from here

  [[nodiscard]] std::size_t size_everywhere() const { return offsetof(RouteRule, device_head); }
};

RouteRule route_rule(const Address& address, unsigned prefix, std::uint8_t action, std::uint8_t table,
                     unsigned priority) {
  RouteRule rule;
  rule.header.family = AF_INET6;
  rule.header.dst_len = static_cast<std::uint8_t>(prefix);
  rule.header.action = action;
  rule.header.table = table;
  std::memcpy(rule.destination, address.bytes, sizeof rule.destination);
  rule.priority = priority;
  return rule;
}

// Allowed: the local, then the main table. Refused: unreachable. Loopback: the local table, else unreachable.
RuleFault add_route_rule(Netlink& route, int index, const plan::NetworkRule& rule, const Address& address) {
  const unsigned base = kRulePriority + 4 * (width(rule) - rule.prefix);
  const auto add = [&](std::uint8_t action, std::uint8_t table, unsigned priority) {
    const RouteRule request = route_rule(address, rule.prefix, action, table, priority);
    return route.add(index, RTM_NEWRULE, kCreate, &request, sizeof request);
  };
  RuleFault fault;
  if (rule.allow || is_loopback(rule, address)) fault = add(FR_ACT_TO_TBL, RT_TABLE_LOCAL, base);
  if (fault.rule < 0 && rule.allow) fault = add(FR_ACT_TO_TBL, RT_TABLE_MAIN, base + 1);
  if (fault.rule < 0 && !rule.allow) fault = add(FR_ACT_UNREACHABLE, RT_TABLE_UNSPEC, base + 3);
  return fault;
}

// The local table knows multicast and link-local addresses and is asked first, at priority 0.
RuleFault move_local_table(Netlink& route, int index) {
  const RouteRule behind = route_rule({}, 0, FR_ACT_TO_TBL, RT_TABLE_LOCAL, kLocalPriority);
  const RuleFault fault = route.add(index, RTM_NEWRULE, kCreate, &behind, behind.size_everywhere());
  if (fault.rule >= 0) return fault;
  const RouteRule first = route_rule({}, 0, FR_ACT_TO_TBL, RT_TABLE_LOCAL, 0);
  return route.add(index, RTM_DELRULE, 0, &first, first.size_everywhere());
}

RuleFault add_policies(const std::vector<plan::NetworkRule>& rules, bool has_ipv6) {
  Netlink xfrm = Netlink::open(NETLINK_XFRM);
  if (!xfrm) return {.rule = 0, .error = errno == EPROTONOSUPPORT ? ENOSYS : errno};
  bool knows_neighbours = false;
  for (std::size_t at = 0; at < rules.size(); ++at) {
    const int index = static_cast<int>(at);
    Address address;
    if (!parse_address(rules[at], address)) return {.rule = index, .error = EINVAL};
    if (rules[at].ipv6 && !has_ipv6) continue;
    RuleFault fault;
    if (rules[at].ipv6 && !knows_neighbours) fault = allow_neighbours(xfrm, index);
    knows_neighbours = knows_neighbours || rules[at].ipv6;
    if (fault.rule < 0) fault = add_policy(xfrm, index, rules[at], address);
    if (fault.rule >= 0) return fault;
  }
  return xfrm.finish();
}

RuleFault add_route_rules(const std::vector<plan::NetworkRule>& rules) {
  Netlink route = Netlink::open(NETLINK_ROUTE);
  if (!route) return {.rule = 0, .error = errno};
  int last = -1;
  for (std::size_t at = 0; at < rules.size(); ++at) {
    Address address;
    if (!rules[at].ipv6) continue;
    last = static_cast<int>(at);
    if (!parse_address(rules[at], address)) return {.rule = last, .error = EINVAL};
    const RuleFault fault = add_route_rule(route, last, rules[at], address);
    if (fault.rule >= 0) return fault;
  }
  if (last < 0) return {};
  const RuleFault fault = move_local_table(route, last);
  return fault.rule >= 0 ? fault : route.finish();
}

// True when the kernel would send there, and not to the stack itself: pasta gives the sandbox an address of the host's,
// and what is sent to it comes back through lo.
bool can_reach(int socket, const plan::NetworkRule& rule, const Address& address) {
  constexpr unsigned short kPort = 9;   // discard; connecting a datagram socket sends nothing
  constexpr unsigned kFirstDevice = 2;  // for link-local addresses, which need one; loopback is 1
  union {
    sockaddr any;
    sockaddr_in ipv4;
    sockaddr_in6 ipv6;
  } target{}, source{};
  if (rule.ipv6) {
    target.ipv6.sin6_family = AF_INET6;
    target.ipv6.sin6_port = htons(kPort);
    target.ipv6.sin6_scope_id = kFirstDevice;
    std::memcpy(&target.ipv6.sin6_addr, address.bytes, sizeof target.ipv6.sin6_addr);
  } else {
    target.ipv4.sin_family = AF_INET;
    target.ipv4.sin_port = htons(kPort);
    std::memcpy(&target.ipv4.sin_addr, address.bytes, sizeof target.ipv4.sin_addr);
  }
  if (::connect(socket, &target.any, rule.ipv6 ? sizeof target.ipv6 : sizeof target.ipv4) != 0) return false;
  socklen_t size = sizeof source;
  if (::getsockname(socket, &source.any, &size) != 0) return true;
  return rule.ipv6 ? std::memcmp(&source.ipv6.sin6_addr, address.bytes, sizeof source.ipv6.sin6_addr) != 0
                   : std::memcmp(&source.ipv4.sin_addr, address.bytes, sizeof source.ipv4.sin_addr) != 0;
}

os::Fd make_probe(int family) {
  os::Fd socket(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  // Without it a broadcast address would be refused for another reason than our policy.
  if (socket && ::setsockopt(socket.get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on) != 0) return {};
  return socket;
}

}  // namespace

bool raise_loopback() {
  const os::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return false;
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", sizeof "lo");
  request.ifr_flags = IFF_UP;
  return ::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
}

RuleFault refuse_destinations(const std::vector<plan::NetworkRule>& rules) {
  if (rules.empty()) return {};
  const bool has_ipv6 = !lacks_ipv6();
  const RuleFault fault = add_policies(rules, has_ipv6);
  return fault.rule < 0 && has_ipv6 ? add_route_rules(rules) : fault;
}

bool first_host(const plan::NetworkRule& rule, Address& address) {
  if (!parse_address(rule, address)) return false;
  constexpr Address kAnywhere{.bytes = {198, 51, 100, 1}};                                              // RFC 5737
  constexpr Address kAnywhere6{.bytes = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};  // RFC 3849
  if (rule.prefix == 0) {
    address = rule.ipv6 ? kAnywhere6 : kAnywhere;
  } else if (rule.prefix < width(rule)) {
    address.bytes[width(rule) / 8 - 1] |= 1;  // the network's own number may mean "this host"
  }
  return true;
}

bool is_excepted(const plan::NetworkRule& rule, const std::vector<plan::NetworkRule>& rules) {
  Address host;
  if (!first_host(rule, host)) return false;
  return std::any_of(rules.begin(), rules.end(), [&](const plan::NetworkRule& other) {
    Address network;
    return other.allow && other.ipv6 == rule.ipv6 && other.prefix >= rule.prefix && parse_address(other, network) &&
           is_within(host, network, other.prefix);
  });
}

RuleFault find_reachable(const std::vector<plan::NetworkRule>& rules) {
  os::Fd probes[2];
  for (std::size_t index = 0; index < rules.size(); ++index) {
    const plan::NetworkRule& rule = rules[index];
    Address address;
    if (!first_host(rule, address)) return {.rule = static_cast<int>(index), .error = EINVAL};
    // That loopback works through lo is as it should be; the other way out is there only once pasta has a device.
    if (rule.allow || is_loopback(rule, address) || is_excepted(rule, rules)) continue;
    os::Fd& probe = probes[rule.ipv6 ? 1 : 0];
    if (!probe) probe = make_probe(rule.ipv6 ? AF_INET6 : AF_INET);
    if (!probe && errno == EAFNOSUPPORT) continue;  // no such family, no way there
    if (!probe) return {.rule = static_cast<int>(index), .error = errno};
    if (can_reach(probe.get(), rule, address)) return {.rule = static_cast<int>(index), .error = EISCONN};
  }
  return {};
}

}  // namespace hutch::launch
