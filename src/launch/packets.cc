#include "launch/packets.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "os/socket.h"

namespace hutch::launch {

bool send(int socket, const plan::Packet& packet, std::span<const int> descriptors, std::string_view payload) {
  plan::Packet copy;
  std::memset(static_cast<void*>(&copy), 0, sizeof copy);  // padding tells nothing
  copy.kind = packet.kind;
  copy.command = packet.command;
  copy.value = packet.value;
  copy.report.stage = packet.report.stage;
  copy.report.step = packet.report.step;
  copy.report.error = packet.report.error;
  iovec parts[] = {{.iov_base = &copy, .iov_len = sizeof copy},
                   {.iov_base = const_cast<char*>(payload.data()), .iov_len = payload.size()}};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * os::kDescriptorLimit)] = {};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = payload.empty() ? 1 : 2;
  if (descriptors.size() > os::kDescriptorLimit) {
    errno = EINVAL;
    return false;
  }
  if (!descriptors.empty()) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  while (::sendmsg(socket, &message, MSG_NOSIGNAL) < 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

std::optional<Incoming> receive(int socket, std::size_t payload_limit) {
  auto received = os::receive_packet(socket, sizeof(plan::Packet) + payload_limit);
  if (!received || received->bytes.size() < sizeof(plan::Packet)) return std::nullopt;
  Incoming incoming;
  std::memcpy(static_cast<void*>(&incoming.packet), received->bytes.data(), sizeof incoming.packet);
  incoming.payload = std::move(received->bytes);
  incoming.payload.erase(0, sizeof incoming.packet);
  incoming.descriptors = std::move(received->descriptors);
  return incoming;
}

}  // namespace hutch::launch
