#include <zstd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "unpack/decoder.h"

namespace hutch::unpack {
namespace {

constexpr int kWindowLog = 27;  // 128 MiB, what `zstd -d` accepts without being asked for more

class Zstd : public Decoder {
 public:
  Status open() {
    stream_.reset(::ZSTD_createDStream());
    if (!stream_ || ::ZSTD_isError(::ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kWindowLog)) != 0) {
      return failure(ErrorKind::kSystem, _("zstd cannot be set up"));
    }
    return {};
  }

  Result<Decoded> decode(std::string_view input, std::span<char> output) override {
    ZSTD_inBuffer in{.src = input.data(), .size = input.size(), .pos = 0};
    ZSTD_outBuffer out{.dst = output.data(), .size = output.size(), .pos = 0};
    const std::size_t left = ::ZSTD_decompressStream(stream_.get(), &out, &in);
    if (::ZSTD_isError(left) != 0) {
      return failure(ErrorKind::kInvalid, text::format(_("the zstd stream is damaged: %s"), ::ZSTD_getErrorName(left)));
    }
    // 0: a frame is complete and flushed; asked again with nothing, it would announce the next one.
    if (in.pos > 0 || out.pos > 0) is_complete_ = left == 0;
    return Decoded{.consumed = in.pos, .produced = out.pos, .is_complete = is_complete_};
  }

 private:
  struct Free {
    void operator()(ZSTD_DStream* stream) const { (void)::ZSTD_freeDStream(stream); }
  };
  std::unique_ptr<ZSTD_DStream, Free> stream_;
  bool is_complete_ = false;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_zstd_decoder() {
  auto decoder = std::make_unique<Zstd>();
  TRY(decoder->open());
  return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace hutch::unpack
