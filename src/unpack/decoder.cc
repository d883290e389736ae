#include "unpack/decoder.h"

#include <algorithm>
#include <cstring>

namespace hutch::unpack {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kGzip = "\x1f\x8b"sv;
constexpr std::string_view kZstd = "\x28\xb5\x2f\xfd"sv;
constexpr std::string_view kXz =
    "\xfd"
    "7zXZ\0"sv;

class Plain : public Decoder {
 public:
  Result<Decoded> decode(std::string_view input, std::span<char> output) override {
    const std::size_t count = std::min(input.size(), output.size());
    std::memcpy(output.data(), input.data(), count);
    return Decoded{.consumed = count, .produced = count, .is_complete = true};
  }
};

// A zstd stream may begin with a skippable frame (RFC 8878, 3.1.2): 0x184D2A50 to 0x184D2A5F, little endian.
bool is_skippable_frame(std::string_view magic) {
  return magic.size() >= 4 && (static_cast<unsigned char>(magic[0]) & 0xf0) == 0x50 &&
         magic.substr(1, 3) == "\x2a\x4d\x18"sv;
}

}  // namespace

Result<std::unique_ptr<Decoder>> make_decoder(std::string_view magic) {
  if (magic.starts_with(kGzip)) return make_gzip_decoder();
  if (magic.starts_with(kZstd) || is_skippable_frame(magic)) return make_zstd_decoder();
  if (magic.starts_with(kXz)) return make_xz_decoder();
  return std::unique_ptr<Decoder>(std::make_unique<Plain>());
}

}  // namespace hutch::unpack
