// Copies bytes between descriptors, several ways at once, until told to stop.
#pragma once

#include <poll.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "os/fd.h"

namespace hutch::host {

// One direction. Our own end (a pty master, a pipe) is non-blocking; the user's end is left as it is.
class Route {
 public:
  Route(int from, int to, bool closes_target) : from_(from), to_(to), closes_target_(closes_target) {}
  // Adds what to wait for; nothing once both ends are done.
  void watch(std::vector<pollfd>& watched) const;
  // Moves what can be moved without waiting.
  void move(const std::vector<pollfd>& watched);
  // Moves what is left in the source. A pty hands its last bytes over with a delay and then reports an error; a
  // background process may hold it open for ever: so waits for it at most this long.
  void drain(int milliseconds);
  // Sees what was read before it is written on, and may change it.
  void filter_with(std::function<void(std::string&)> filter) { filter_ = std::move(filter); }
  // The target to close, because its source has ended and everything arrived; -1: none, or closed before.
  [[nodiscard]] int take_finished();
  [[nodiscard]] bool has_pending() const { return !pending_.empty(); }
  [[nodiscard]] bool holds(char byte) const { return pending_.find(byte) != std::string::npos; }
  // Takes the first such byte out of what was read and not yet written.
  void drop(char byte);
  [[nodiscard]] bool ends_at(int target) const { return to_ == target; }

 private:
  void read_some();
  void write_some();

  int from_ = -1;  // borrowed; -1: ended
  int to_ = -1;    // borrowed; -1: gone
  bool closes_target_ = false;
  std::string pending_;
  std::function<void(std::string&)> filter_;
};

// Non-blocking, for descriptors that nobody else uses.
[[nodiscard]] Status make_nonblocking(int fd);

}  // namespace hutch::host
