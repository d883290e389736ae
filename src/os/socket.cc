#include "os/socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"

namespace hutch::os {
namespace {

// An address for `path` that goes through /proc/self/fd of its directory, so that its length does not matter.
Result<sockaddr_un> address_below(int directory, std::string_view name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = text::format("/proc/self/fd/%d/%s", directory, std::string(name).c_str());
  if (text.size() >= sizeof address.sun_path) return unexpected(system_error(ENAMETOOLONG, _("cannot name a socket")));
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

Error about(const HostPath& path, int code, const char* act) {
  return system_error(code, text::format(_("cannot %s socket '%s'"), act, text::printable(path.str()).c_str()));
}

Result<Fd> connect_to(const HostPath& path, int type) {
  const Fd directory = TRY(open_path(path.parent(), O_PATH | O_DIRECTORY));
  const sockaddr_un address = TRY(address_below(directory.get(), path.name()));
  Fd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!fd) return unexpected(about(path, errno, _("make")));
  while (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    if (errno != EINTR) return unexpected(about(path, errno, _("connect to")));
  }
  return fd;
}

}  // namespace

Result<SocketPair> make_packet_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return unexpected(system_error(errno, _("cannot make a socket pair")));
  }
  return SocketPair{.left = Fd(ends[0]), .right = Fd(ends[1])};
}

Result<Fd> listen_packets(const HostPath& path) {
  const Fd directory = TRY(open_path(path.parent(), O_PATH | O_DIRECTORY));
  const sockaddr_un address = TRY(address_below(directory.get(), path.name()));
  Fd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!fd) return unexpected(about(path, errno, _("make")));
  if (::fchmod(fd.get(), 0600) != 0) return unexpected(about(path, errno, _("protect")));  // bind gives it to the file
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return unexpected(about(path, errno, _("bind")));
  }
  constexpr int kBacklog = 64;
  if (::listen(fd.get(), kBacklog) != 0) return unexpected(about(path, errno, _("listen on")));
  return fd;
}

Result<Fd> connect_packets(const HostPath& path) {
  return connect_to(path, SOCK_SEQPACKET);
}

Result<Fd> connect_stream(const HostPath& path) {
  return connect_to(path, SOCK_STREAM);
}

Status send_packet(int socket, std::string_view bytes, std::span<const int> descriptors) {
  iovec part{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kDescriptorLimit)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptors.size() > kDescriptorLimit) return unexpected(system_error(EINVAL, _("too many descriptors")));
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
    if (errno != EINTR) return unexpected(system_error(errno, _("cannot send")));
  }
  return {};
}

Result<Received> receive_packet(int socket, std::size_t limit) {
  Received received;
  received.bytes.resize(limit);
  iovec part{.iov_base = received.bytes.data(), .iov_len = limit};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kDescriptorLimit)];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t count = 0;
  // A peer that closes with something of ours unread is reported as ECONNRESET, once and before what it sent: that is
  // still there, and behind it the hang-up (unix_release_sock in the kernel's net/unix/af_unix.c).
  bool was_reset = false;
  while ((count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0) {
    const bool is_first_reset = errno == ECONNRESET && !std::exchange(was_reset, true);
    if (errno != EINTR && !is_first_reset) break;
  }
  if (count < 0 && errno != ECONNRESET) return unexpected(system_error(errno, _("cannot receive")));
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); count >= 0 && header != nullptr;
       header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t amount = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t index = 0; index < amount; ++index) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header) + index * sizeof(int), sizeof fd);
      received.descriptors.emplace_back(fd);
    }
  }
  if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
    return unexpected(system_error(EMSGSIZE, _("cannot receive")));
  received.bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return received;
}

Result<Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) {
    return unexpected(system_error(errno, _("cannot tell who is connected")));
  }
  return Peer{.pid = credentials.pid, .uid = credentials.uid};
}

}  // namespace hutch::os
