// Compression of what is written, gzip or zstd; the same bytes give the same blob.
#pragma once

#include <memory>
#include <string_view>

#include "os/fd.h"
#include "os/sha256.h"

namespace hutch::unpack {

enum class Compression : std::uint8_t { kGzip, kZstd };

class Encoder {
 public:
  // `out` must outlive it.
  [[nodiscard]] static Result<Encoder> open(Compression compression, const os::Fd& out);
  Encoder(Encoder&&) noexcept;
  Encoder& operator=(Encoder&&) = delete;
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  ~Encoder();

  [[nodiscard]] Status add(std::string_view bytes);
  [[nodiscard]] Status finish();
  // Of what was added, before compression.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::array<std::uint8_t, 32> digest() const { return hash_.value(); }

  class Press;

 private:
  Encoder(std::unique_ptr<Press> press, const os::Fd& out);
  [[nodiscard]] Status press(std::string_view bytes, bool is_last);

  std::unique_ptr<Press> press_;
  const os::Fd* out_;
  os::Sha256 hash_;
  std::uint64_t bytes_ = 0;
};

}  // namespace hutch::unpack
