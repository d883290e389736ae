// hutch-names: the bus of an app in one of its other boxes. The app asks for the names it always asks for, and the one
// that runs in its default box has them; so between it and its filter stands this program and calls them something
// else (names/renaming.h). It decides on nothing: the filter behind it allows the other names alone. It has a sandbox
// of its own, in which there are the two sockets.
//
//   hutch-names PART LISTEN CONNECT NAME[.*]...
//
// kLifeDescriptor gets one byte once it listens; it ends when the other end hangs up.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <list>

#include "core/plan/channel.h"
#include "names/stream.h"

namespace hutch::names {
namespace {

constexpr std::size_t kConnectionLimit = 256;
constexpr int kBacklog = 64;

struct Connection {
  os::Fd app;
  os::Fd bus;
  Stream outward;
  Stream inward;
  bool is_closing = false;  // once everything is written
};

bool place(sockaddr_un& address, const char* path) {
  address = {};
  address.sun_family = AF_UNIX;
  if (std::strlen(path) >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path, std::strlen(path));
  return true;
}

os::Fd listen_at(const char* path) {
  sockaddr_un address;
  os::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!place(address, path) || !socket ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return os::Fd();
  }
  return socket;
}

// Waits while the filter is busy: it takes connections whatever else it does.
os::Fd connect_to(const char* path) {
  sockaddr_un address;
  os::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!place(address, path) || !socket ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return os::Fd();
  }
  return socket;
}

pollfd watch(int fd, const Stream& from, const Stream& to, bool is_closing) {
  int events = 0;
  if (!from.is_full() && !is_closing) events |= POLLIN;
  if (to.has_output()) events |= POLLOUT;
  return {.fd = events == 0 && is_closing ? -1 : fd, .events = static_cast<short>(events), .revents = 0};
}

// Whether it goes on.
bool serve(Connection& one, short app, short bus) {
  constexpr short kReadable = POLLIN | POLLHUP | POLLERR;
  if (!one.is_closing) {
    const bool app_goes_on = (app & kReadable) == 0 || one.outward.read_from(one.app.get());
    const bool bus_goes_on = (bus & kReadable) == 0 || one.inward.read_from(one.bus.get());
    one.is_closing = !app_goes_on || !bus_goes_on;
  }
  if (!one.outward.write_to(one.bus.get()) || !one.inward.write_to(one.app.get())) return false;
  return !one.is_closing || (one.outward.has_output() && (bus & (POLLHUP | POLLERR)) == 0) ||
         (one.inward.has_output() && (app & (POLLHUP | POLLERR)) == 0);
}

void accept_from(int listening, const char* filter, const Renaming& renaming, std::list<Connection>& connections) {
  os::Fd app(::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC));
  if (!app) return;
  os::Fd bus = connect_to(filter);
  if (!bus) return;
  connections.push_back({.app = std::move(app),
                         .bus = std::move(bus),
                         .outward = Stream(Direction::kOutward, renaming),
                         .inward = Stream(Direction::kInward, renaming)});
}

void relay(int listening, const char* filter, const Renaming& renaming) {
  std::list<Connection> connections;
  std::vector<pollfd> watched;
  for (;;) {
    watched.clear();
    watched.push_back({.fd = plan::kLifeDescriptor, .events = POLLIN, .revents = 0});
    const bool has_room = connections.size() < kConnectionLimit;
    watched.push_back({.fd = has_room ? listening : -1, .events = POLLIN, .revents = 0});
    for (const Connection& one : connections) {
      watched.push_back(watch(one.app.get(), one.outward, one.inward, one.is_closing));
      watched.push_back(watch(one.bus.get(), one.inward, one.outward, one.is_closing));
    }
    if (::poll(watched.data(), watched.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    if (watched[0].revents != 0) return;
    std::size_t index = 2;
    for (auto one = connections.begin(); one != connections.end(); index += 2) {
      const bool goes_on = serve(*one, watched[index].revents, watched[index + 1].revents);
      one = goes_on ? std::next(one) : connections.erase(one);
    }
    if ((watched[1].revents & POLLIN) != 0) accept_from(listening, filter, renaming, connections);
  }
}

}  // namespace
}  // namespace hutch::names

int main(int count, char** words) {
  using namespace hutch;
  if (count < 5) return 2;
  const names::Renaming renaming(words[1], std::vector<std::string_view>(words + 4, words + count));
  const os::Fd listening = names::listen_at(words[2]);
  if (!listening || ::write(plan::kLifeDescriptor, "x", 1) != 1) {
    std::perror("hutch-names");
    return 1;
  }
  names::relay(listening.get(), words[3], renaming);
  return 0;
}
