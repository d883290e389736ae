#include "launch/netlink.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace hutch::launch {

Netlink Netlink::open(int protocol) {
  return Netlink(os::Fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)));
}

RuleFault Netlink::add(int rule, std::uint16_t type, std::uint16_t flags, const void* body, std::size_t size) {
  const std::size_t needed = NLMSG_SPACE(size);
  if (count_ == kRequests || size_ + needed > kBytes) {
    const RuleFault fault = finish();
    if (fault.rule >= 0) return fault;
  }
  last_ = size_;
  auto* const header = reinterpret_cast<nlmsghdr*>(bytes_ + size_);
  *header = {.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(size)),
             .nlmsg_type = type,
             .nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags),
             .nlmsg_seq = count_,
             .nlmsg_pid = 0};
  std::memcpy(NLMSG_DATA(header), body, size);
  rules_[count_++] = rule;
  size_ += needed;
  return {};
}

RuleFault Netlink::finish() {
  if (count_ == 0) return {};
  // Faults are always answered; an answer to the last request says that all are done.
  reinterpret_cast<nlmsghdr*>(bytes_ + last_)->nlmsg_flags |= NLM_F_ACK;
  RuleFault fault;
  if (::send(socket_.get(), bytes_, size_, 0) < 0) {
    fault = {.rule = rules_[0], .error = errno};
  } else {
    fault = await_answers();
  }
  std::memset(bytes_, 0, sizeof bytes_);
  size_ = last_ = count_ = 0;
  return fault;
}

RuleFault Netlink::await_answers() const {
  while (true) {
    alignas(nlmsghdr) char buffer[kBytes];
    const ssize_t size = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return {.rule = rules_[count_ - 1], .error = errno};
    auto rest = static_cast<unsigned>(size);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer); NLMSG_OK(header, rest);
         header = NLMSG_NEXT(header, rest)) {
      if (header->nlmsg_type != NLMSG_ERROR || header->nlmsg_seq >= count_) continue;
      const int code = static_cast<const nlmsgerr*>(NLMSG_DATA(header))->error;
      if (code != 0) return {.rule = rules_[header->nlmsg_seq], .error = -code};
      if (header->nlmsg_seq == count_ - 1) return {};
    }
  }
}

}  // namespace hutch::launch
