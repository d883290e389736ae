// What the app prints, where it would go nowhere: through a pipe into a file of bounded size beside its predecessor.
#pragma once

#include <cstdint>
#include <string>

#include "base/path.h"
#include "os/fd.h"

namespace hutch::launch {

class Log {
 public:
  // The root: there is none, and nothing below does anything.
  explicit Log(const HostPath& file) : file_(file), old_(file.str() + ".1") {}
  // Before the clone. False with errno.
  [[nodiscard]] bool open();
  // In the clone: its standard output and error are the pipe.
  [[nodiscard]] bool place() const;
  // In the supervisor, behind the clone.
  void close_inside() { inside_.reset(); }
  [[nodiscard]] int source() const { return pipe_.get(); }
  // What is there now. A file that cannot be written (a full disk) loses lines; the app does not wait for it.
  void copy();

 private:
  void turn_when_full();

  const HostPath& file_;
  const std::string old_;
  os::Fd pipe_;
  os::Fd inside_;
  os::Fd target_;
  std::uint64_t size_ = 0;
};

}  // namespace hutch::launch
