// The compressed blob, read while it may still grow: the process that writes it sends a byte down a pipe for each
// piece, and 'c' when all is there and verified.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "os/fd.h"

namespace hutch::unpack {

class Blob {
 public:
  // Without a pipe the file is complete.
  Blob(os::Fd file, os::Fd pipe) : file_(std::move(file)), pipe_(std::move(pipe)) {}
  // Fills as much as there is, waiting for at least one byte; 0 is the end of a complete blob.
  [[nodiscard]] Result<std::size_t> read(std::span<char> buffer);
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

 private:
  [[nodiscard]] Status await_more();
  os::Fd file_;
  os::Fd pipe_;
  std::uint64_t offset_ = 0;
};

}  // namespace hutch::unpack
