#include <lzma.h>

#include "base/i18n.h"
#include "base/text.h"
#include "unpack/decoder.h"

namespace hutch::unpack {
namespace {

constexpr std::uint64_t kMemory = 128ULL << 20;  // `xz -9` needs 65 MiB to decompress (xz(1))

class Xz : public Decoder {
 public:
  Xz() = default;
  Xz(const Xz&) = delete;
  Xz& operator=(const Xz&) = delete;
  ~Xz() override { ::lzma_end(&stream_); }

  Status open() {
    if (::lzma_stream_decoder(&stream_, kMemory, LZMA_CONCATENATED) != LZMA_OK) {
      return failure(ErrorKind::kSystem, _("xz cannot be set up"));
    }
    return {};
  }

  Result<Decoded> decode(std::string_view input, std::span<char> output) override {
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(input.data());
    stream_.avail_in = input.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(output.data());
    stream_.avail_out = output.size();
    // With several streams allowed, the end is the end of the input, which an empty one announces.
    const lzma_ret result = ::lzma_code(&stream_, input.empty() ? LZMA_FINISH : LZMA_RUN);
    if (result != LZMA_OK && result != LZMA_STREAM_END && result != LZMA_BUF_ERROR) {
      return failure(ErrorKind::kInvalid,
                     text::format(_("the xz stream is damaged (code %d)"), static_cast<int>(result)));
    }
    return Decoded{.consumed = input.size() - stream_.avail_in,
                   .produced = output.size() - stream_.avail_out,
                   .is_complete = result == LZMA_STREAM_END};
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_xz_decoder() {
  auto decoder = std::make_unique<Xz>();
  TRY(decoder->open());
  return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace hutch::unpack
