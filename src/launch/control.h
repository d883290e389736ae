// Clients of INSTANCE/control: `hutch exec`, `attach`, `stop` and `kill`. One connection is at most one command.
//
// Only processes of the same user are heard. A client that floods, stalls or lies loses its connection and, when it
// had one, its command gets SIGHUP; the supervisor never waits for it.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>

#include "launch/packets.h"
#include "os/fd.h"

namespace hutch::launch {

class Control {
 public:
  static constexpr std::size_t kClientLimit = 32;

  // `listener` is borrowed; `init` is the socket to PID 1.
  Control(int listener, int init) : listener_(listener), init_(init) {}

  [[nodiscard]] int listener() const { return listener_; }
  [[nodiscard]] std::uint32_t last_command() const { return last_command_; }
  // Somebody is connected, or waits to be.
  [[nodiscard]] bool has_clients() const;
  [[nodiscard]] int client(std::size_t index) const { return clients_[index].socket.get(); }
  void admit();
  // While PID 1 is behind with its messages no client is heard: the room left is for the supervisor's own.
  [[nodiscard]] bool is_congested() const { return is_congested_; }
  void look_for_room();
  enum class Wish { kNone, kEnd, kAttach, kAttachTerminal };
  // What the client wants of the supervisor itself: the end of everything, or to be told of the plan's own command.
  [[nodiscard]] Wish hear(std::size_t index);
  // Passes on what PID 1 says about an executed command.
  void forward(const Incoming& incoming);

  // The client hears of the plan's own command from now on, and has its terminal when that is not negative.
  void attach(std::size_t index, int terminal);
  void refuse(std::size_t index, int error);
  [[nodiscard]] bool has_terminal_holder() const { return find_holder() < kClientLimit; }
  // The plan's own command stopped or ended, with a status as of waitpid(2).
  void tell_holder_of_stop(int signal);
  void tell_attached_of_end(int status);

 private:
  struct Client {
    os::Fd socket;
    std::uint32_t command = 0;  // 0: none yet
    bool is_attached = false;
    bool holds_terminal = false;
  };
  [[nodiscard]] std::size_t find_holder() const;
  void execute(Client& client, Incoming incoming);
  void drop(Client& client);

  int listener_;
  int init_;
  bool is_congested_ = false;
  std::uint32_t last_command_ = 0;
  std::array<Client, kClientLimit> clients_;
};

}  // namespace hutch::launch
