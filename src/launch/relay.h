// The user's terminal and the sandbox's, joined by copying bytes: host terminal descriptors never enter a sandbox.
//
// Neither side can make the supervisor wait: both are non-blocking, each direction has one bounded buffer. While the
// supervisor is in the background the user's terminal is left alone.
#pragma once

#include <poll.h>

#include <array>
#include <optional>

#include "os/fd.h"
#include "os/terminal.h"

namespace hutch::launch {

class Relay {
 public:
  // `host` is a terminal of ours, borrowed; `inside` the master of the sandbox's.
  Relay(int host, os::Fd inside);
  // False when one of them cannot be used.
  [[nodiscard]] bool start();

  // What to poll: [0] the host's side, [1] the sandbox's; and what to do about the answers.
  void ask(pollfd (&polled)[2]) const;
  void copy(const pollfd (&polled)[2]);
  // What the program wrote last, and the terminal back as it was.
  void finish();

  // To a client that is the terminal from now on; until take_back() nothing is copied here.
  [[nodiscard]] int lend();
  void take_back();
  [[nodiscard]] bool is_lent() const { return is_lent_; }

  void suspend();  // the user's settings, before we stop
  void resume();   // raw again, when in the foreground
  void copy_size() const {
    if (!is_lent_) os::copy_window_size(host_.get(), inside_.get());
  }

 private:
  class Buffer {
   public:
    [[nodiscard]] bool is_empty() const { return begin_ == end_; }
    // False at the end of the source.
    [[nodiscard]] bool fill(int from);
    void drain(int to);

   private:
    std::array<char, 4096> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
  };

  os::Fd host_;
  os::Fd inside_;
  std::optional<os::RawTerminal> raw_;
  bool is_attached_ = false;  // raw and in the foreground
  bool is_lent_ = false;
  bool is_host_open_ = true;
  bool is_inside_open_ = true;
  Buffer inward_;
  Buffer outward_;
};

}  // namespace hutch::launch
