// One direction of a connection between the app and its bus: a greeting in lines, then messages, each with the
// descriptors that belong to it.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "names/message.h"
#include "os/fd.h"

namespace hutch::names {

class Stream {
 public:
  Stream(Direction direction, const Renaming& renaming) : direction_(direction), renaming_(&renaming) {}

  // Both return false when the connection is to be closed.
  [[nodiscard]] bool read_from(int socket);
  [[nodiscard]] bool write_to(int socket);
  [[nodiscard]] bool has_output() const { return !output_.empty(); }
  [[nodiscard]] bool is_full() const { return output_size_ >= kRenamedLimit; }

 private:
  struct Chunk {
    std::string bytes;
    std::vector<os::Fd> descriptors;  // go with its first byte
  };
  [[nodiscard]] bool digest();
  [[nodiscard]] bool take_line();
  [[nodiscard]] bool take_message(const Sizes& sizes);
  void put(std::string bytes, std::size_t descriptors);

  Direction direction_;
  const Renaming* renaming_;
  bool is_greeting_ = true;
  std::string input_;
  std::deque<os::Fd> received_;
  std::size_t passing_ = 0;  // bytes of a message's body that are still to come, unchanged
  std::deque<Chunk> output_;
  std::size_t output_size_ = 0;
};

}  // namespace hutch::names
