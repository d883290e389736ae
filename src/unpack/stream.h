// The uncompressed archive of a blob: a second process decompresses and hashes ahead, on the other processor.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/image/work.h"
#include "os/process.h"
#include "unpack/blob.h"
#include "unpack/ring.h"

namespace hutch::unpack {

class Stream {
 public:
  [[nodiscard]] static Result<Stream> open(Blob blob, const image::Limits& limits);

  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&&) = delete;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();  // ends the other process

  // The next piece, valid until the next call; empty at the end or when decompression failed: ask finish().
  [[nodiscard]] std::string_view next();
  [[nodiscard]] bool has_ended() const { return has_ended_; }
  // Takes what is left and waits for the other process: an error when not all could be decompressed.
  [[nodiscard]] Status finish();
  // The same, and compares the digest of all bytes.
  [[nodiscard]] Status finish(const image::Digest& diff_id);
  // What went wrong with decompression, if that is why next() ended.
  [[nodiscard]] Status fault();
  [[nodiscard]] std::uint64_t bytes() const { return ring_.closing().bytes; }

 private:
  Stream(Ring ring, pid_t child) : ring_(std::move(ring)), child_(child) {}
  void await_child();
  Ring ring_;
  pid_t child_ = 0;
  bool has_ended_ = false;
};

}  // namespace hutch::unpack
