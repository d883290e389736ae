// core/plan/channel.h's messages on SOCK_SEQPACKET sockets.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan/channel.h"
#include "os/fd.h"

namespace hutch::launch {

// False with errno when the peer is gone, or, on a non-blocking socket, does not read.
[[nodiscard]] bool send(int socket, const plan::Packet& packet, std::span<const int> descriptors = {},
                        std::string_view payload = {});

struct Incoming {
  plan::Packet packet;
  std::string payload;
  std::vector<os::Fd> descriptors;
};
// Absent when the peer is gone or sent something that is no packet.
[[nodiscard]] std::optional<Incoming> receive(int socket, std::size_t payload_limit = 0);

}  // namespace hutch::launch
