#include "launch/control.h"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "os/socket.h"

namespace hutch::launch {
namespace {

using plan::Message;
using plan::Packet;

constexpr std::size_t kStandards = 3;

}  // namespace

void Control::admit() {
  os::Fd socket(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) return;  // it gave up, or we are out of descriptors: the next one may fare better
  const auto peer = os::peer_of(socket.get());
  if (!peer || peer->uid != ::getuid()) return;
  const auto free = std::find_if(clients_.begin(), clients_.end(), [](const Client& it) { return !it.socket; });
  if (free == clients_.end()) return;
  *free = {};
  free->socket = std::move(socket);
}

bool Control::has_clients() const {
  if (std::any_of(clients_.begin(), clients_.end(), [](const Client& it) { return static_cast<bool>(it.socket); }))
    return true;
  pollfd polled{.fd = listener_, .events = POLLIN, .revents = 0};
  return listener_ >= 0 && ::poll(&polled, 1, 0) > 0;
}

void Control::look_for_room() {
  pollfd polled{.fd = init_, .events = POLLOUT, .revents = 0};
  (void)::poll(&polled, 1, 0);  // on failure nothing is known to have changed
  is_congested_ = (polled.revents & (POLLOUT | POLLHUP | POLLERR)) == 0;
}

void Control::drop(Client& client) {
  Packet packet;
  packet.kind = Message::kSignal;
  packet.command = client.command;
  packet.value = SIGHUP;
  if (client.command != 0) {
    (void)send(init_, packet);         // PID 1 that is gone took the command with it
    packet.kind = Message::kContinue;  // a stopped one learns of it only now, as the kernel has it for orphaned jobs
    (void)send(init_, packet);
  }
  client = {};
}

void Control::execute(Client& client, Incoming incoming) {
  if (client.command != 0 || client.is_attached || incoming.descriptors.size() != kStandards ||
      incoming.payload.empty()) {
    return drop(client);
  }
  int standards[kStandards];
  for (std::size_t index = 0; index < kStandards; ++index) standards[index] = incoming.descriptors[index].get();
  incoming.packet.command = ++last_command_;
  if (!send(init_, incoming.packet, standards, incoming.payload)) return drop(client);
  client.command = last_command_;
}

Control::Wish Control::hear(std::size_t index) {
  Client& client = clients_[index];
  auto incoming = receive(client.socket.get(), plan::kPacketPayloadLimit);
  if (!incoming) {
    drop(client);
    return Wish::kNone;
  }
  Packet packet = incoming->packet;
  packet.command = client.command;  // its own, or the plan's; never another client's
  switch (packet.kind) {
    case Message::kExecute:
      execute(client, std::move(*incoming));
      return Wish::kNone;
    case Message::kSignal:
    case Message::kContinue:
      if (!send(init_, packet)) drop(client);
      return Wish::kNone;
    case Message::kAbort:
      return Wish::kEnd;
    case Message::kAttach:
      if (client.command == 0 && !client.is_attached) return packet.value == 1 ? Wish::kAttachTerminal : Wish::kAttach;
      [[fallthrough]];
    default:
      drop(client);
      return Wish::kNone;
  }
}

std::size_t Control::find_holder() const {
  const auto holder =
      std::find_if(clients_.begin(), clients_.end(), [](const Client& it) { return it.holds_terminal; });
  return static_cast<std::size_t>(holder - clients_.begin());
}

void Control::attach(std::size_t index, int terminal) {
  Client& client = clients_[index];
  client.is_attached = true;
  client.holds_terminal = terminal >= 0;
  Packet packet;
  packet.kind = Message::kStarted;
  if (!send(client.socket.get(), packet)) return drop(client);
  packet.kind = Message::kTerminal;
  if (terminal >= 0 && !send(client.socket.get(), packet, {&terminal, 1})) drop(client);
}

void Control::refuse(std::size_t index, int error) {
  Packet packet;
  packet.kind = Message::kFailed;
  packet.report = {.stage = plan::Stage::kTerminal, .step = -1, .error = error};
  (void)send(clients_[index].socket.get(), packet);  // one that does not read does not want to know
  drop(clients_[index]);
}

void Control::tell_holder_of_stop(int signal) {
  Packet packet;
  packet.kind = Message::kStopped;
  packet.value = signal;
  Client& holder = clients_[find_holder()];
  if (!send(holder.socket.get(), packet)) drop(holder);
}

void Control::tell_attached_of_end(int status) {
  Packet packet;
  packet.kind = Message::kExited;
  packet.value = status;
  for (Client& client : clients_) {
    if (client.is_attached) (void)send(client.socket.get(), packet);  // the connection ends anyway
  }
}

void Control::forward(const Incoming& incoming) {
  const auto client = std::find_if(clients_.begin(), clients_.end(), [&](const Client& it) {
    return it.socket && it.command == incoming.packet.command;
  });
  if (client == clients_.end()) return;
  const bool is_last = incoming.packet.kind == Message::kExited || incoming.packet.kind == Message::kFailed;
  int attached[1] = {-1};
  if (!incoming.descriptors.empty()) attached[0] = incoming.descriptors.front().get();
  const std::span<const int> descriptors(attached, incoming.descriptors.empty() ? 0 : 1);
  if (!send(client->socket.get(), incoming.packet, descriptors)) return drop(*client);
  if (is_last) *client = {};
}

}  // namespace hutch::launch
