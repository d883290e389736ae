// Decompression of a blob that arrives piece by piece: gzip (zlib), zstd, xz, or nothing, told apart by their first
// bytes.
//
// Several gzip members or zstd frames in a row are one stream, as their tools have it. Anything behind the end but zero
// bytes is an error.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"

namespace hutch::unpack {

struct Decoded {
  std::size_t consumed = 0;
  std::size_t produced = 0;
  bool is_complete = false;  // the stream could end here
};

class Decoder {
 public:
  virtual ~Decoder() = default;
  // Takes of `input` and fills `output` as far as both go.
  [[nodiscard]] virtual Result<Decoded> decode(std::string_view input, std::span<char> output) = 0;
};

inline constexpr std::size_t kMagicSize = 6;  // bytes that tell what a blob is
[[nodiscard]] Result<std::unique_ptr<Decoder>> make_decoder(std::string_view magic);

[[nodiscard]] Result<std::unique_ptr<Decoder>> make_gzip_decoder();
[[nodiscard]] Result<std::unique_ptr<Decoder>> make_zstd_decoder();
[[nodiscard]] Result<std::unique_ptr<Decoder>> make_xz_decoder();

}  // namespace hutch::unpack
