// What the app prints, where it would go nowhere: through a pipe into a file of bounded size beside its predecessor.
#pragma once

#include <cstdint>

#include "launch/line.h"
#include "os/fd.h"

namespace hutch::launch {

class Log {
 public:
  // Before the clone; without kLogDescriptor there is none, and nothing below does anything. False with errno.
  [[nodiscard]] bool open(bool has_log);
  // In the clone: its standard output and error are the pipe.
  [[nodiscard]] bool place() const;
  // In the supervisor, behind the clone.
  void close_inside() { inside_.reset(); }
  [[nodiscard]] int source() const { return pipe_.get(); }
  // What is there now. A file that cannot be written (a full disk) loses lines; the app does not wait for it.
  void copy();

 private:
  void turn_when_full();

  Line<4095> file_;
  Line<4095> old_;
  os::Fd pipe_;
  os::Fd inside_;
  os::Fd target_;
  std::uint64_t size_ = 0;
};

}  // namespace hutch::launch
