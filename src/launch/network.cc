#include "launch/network.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "os/fd.h"

namespace hutch::launch {
namespace {

constexpr unsigned kPriorityBase = 256;  // above every prefix length; lower numbers are asked first

struct PolicyRequest {
  nlmsghdr header;
  xfrm_userpolicy_info policy;
};

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

bool fill_request(const plan::NetworkRule& rule, unsigned sequence, bool is_last, PolicyRequest& request) {
  request = {};
  Address address;
  if (!parse_address(rule, address)) return false;
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = XFRM_MSG_NEWPOLICY;
  // Faults are always answered; an answer to the last message says that all are done.
  request.header.nlmsg_flags = static_cast<unsigned short>(NLM_F_REQUEST | (is_last ? NLM_F_ACK : 0));
  request.header.nlmsg_seq = sequence;
  xfrm_userpolicy_info& policy = request.policy;
  std::memcpy(&policy.sel.daddr, address.bytes, sizeof address.bytes);
  policy.sel.family = rule.ipv6 ? AF_INET6 : AF_INET;
  policy.sel.prefixlen_d = rule.prefix;
  policy.lft.soft_byte_limit = policy.lft.hard_byte_limit = XFRM_INF;
  policy.lft.soft_packet_limit = policy.lft.hard_packet_limit = XFRM_INF;
  policy.priority = kPriorityBase - rule.prefix;
  policy.dir = XFRM_POLICY_OUT;
  policy.action = rule.allow ? XFRM_POLICY_ALLOW : XFRM_POLICY_BLOCK;
  policy.share = XFRM_SHARE_ANY;
  return true;
}

// Reads answers until the one to `last`, or the first fault.
RuleFault await_answers(int socket, unsigned last) {
  while (true) {
    alignas(nlmsghdr) char buffer[8192];
    const ssize_t size = ::recv(socket, buffer, sizeof buffer, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return {.rule = static_cast<int>(last), .error = errno};
    auto rest = static_cast<unsigned>(size);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer); NLMSG_OK(header, rest);
         header = NLMSG_NEXT(header, rest)) {
      if (header->nlmsg_type != NLMSG_ERROR) continue;
      const int code = static_cast<const nlmsgerr*>(NLMSG_DATA(header))->error;
      const bool is_moot = code == -EAFNOSUPPORT;  // a family the kernel lacks leads nowhere
      if (code != 0 && !is_moot) return {.rule = static_cast<int>(header->nlmsg_seq), .error = -code};
      if (header->nlmsg_seq == last) return {};
    }
  }
}

// True when the kernel would send there.
bool can_reach(int socket, const plan::NetworkRule& rule, const Address& address) {
  constexpr unsigned short kPort = 9;   // discard; connecting a datagram socket sends nothing
  constexpr unsigned kFirstDevice = 2;  // for link-local addresses, which need one; loopback is 1
  if (rule.ipv6) {
    sockaddr_in6 target{};
    target.sin6_family = AF_INET6;
    target.sin6_port = htons(kPort);
    target.sin6_scope_id = kFirstDevice;
    std::memcpy(&target.sin6_addr, address.bytes, sizeof target.sin6_addr);
    return ::connect(socket, reinterpret_cast<const sockaddr*>(&target), sizeof target) == 0;
  }
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_port = htons(kPort);
  std::memcpy(&target.sin_addr, address.bytes, sizeof target.sin_addr);
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&target), sizeof target) == 0;
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
  const os::Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_XFRM));
  if (!socket) return {.rule = 0, .error = errno == EPROTONOSUPPORT ? ENOSYS : errno};
  constexpr std::size_t kBatch = 32;
  PolicyRequest batch[kBatch];
  for (std::size_t first = 0; first < rules.size(); first += kBatch) {
    const std::size_t count = std::min(kBatch, rules.size() - first);
    for (std::size_t index = 0; index < count; ++index) {
      const std::size_t rule = first + index;
      if (!fill_request(rules[rule], static_cast<unsigned>(rule), index + 1 == count, batch[index])) {
        return {.rule = static_cast<int>(rule), .error = EINVAL};
      }
    }
    if (::send(socket.get(), batch, count * sizeof batch[0], 0) < 0) {
      return {.rule = static_cast<int>(first), .error = errno};
    }
    const RuleFault fault = await_answers(socket.get(), static_cast<unsigned>(first + count - 1));
    if (fault.rule >= 0) return fault;
  }
  return {};
}

bool first_host(const plan::NetworkRule& rule, Address& address) {
  if (!parse_address(rule, address)) return false;
  const unsigned bits = rule.ipv6 ? 128 : 32;
  if (rule.prefix < bits) address.bytes[bits / 8 - 1] |= 1;  // the network's own number may mean "this host"
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
    if (rule.allow || is_excepted(rule, rules)) continue;
    os::Fd& probe = probes[rule.ipv6 ? 1 : 0];
    if (!probe) probe = make_probe(rule.ipv6 ? AF_INET6 : AF_INET);
    if (!probe && errno == EAFNOSUPPORT) continue;  // no such family, no way there
    Address address;
    if (!probe || !first_host(rule, address)) return {.rule = static_cast<int>(index), .error = errno};
    if (can_reach(probe.get(), rule, address)) return {.rule = static_cast<int>(index), .error = EISCONN};
  }
  return {};
}

}  // namespace hutch::launch
