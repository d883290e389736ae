// SOCK_SEQPACKET unix sockets with descriptors attached (unix(7)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/path.h"
#include "os/fd.h"

namespace hutch::os {

struct SocketPair {
  Fd left;
  Fd right;
};
[[nodiscard]] Result<SocketPair> make_packet_pair();

// A listening packet socket at `path`, mode 0600. The path may be longer than sockaddr_un allows: it is bound through
// its directory's descriptor.
[[nodiscard]] Result<Fd> listen_packets(const HostPath& path);
[[nodiscard]] Result<Fd> connect_packets(const HostPath& path);
// A stream connection, for asking whether somebody listens.
[[nodiscard]] Result<Fd> connect_stream(const HostPath& path);

inline constexpr std::size_t kDescriptorLimit = 8;  // attached to one packet

struct Received {
  std::string bytes;  // empty: the peer is gone
  std::vector<Fd> descriptors;
};
[[nodiscard]] Status send_packet(int socket, std::string_view bytes, std::span<const int> descriptors = {});
// Blocks; a packet longer than `limit` or with too many descriptors is an error.
[[nodiscard]] Result<Received> receive_packet(int socket, std::size_t limit);

struct Peer {
  pid_t pid = 0;
  uid_t uid = 0;
};
[[nodiscard]] Result<Peer> peer_of(int socket);

}  // namespace hutch::os
