#include <zlib.h>

#include <algorithm>
#include <climits>

#include "base/i18n.h"
#include "base/text.h"
#include "unpack/decoder.h"

namespace hutch::unpack {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;  // inflateInit2: a gzip header is required

class Gzip : public Decoder {
 public:
  Gzip() = default;
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  ~Gzip() override {
    if (is_open_) (void)::inflateEnd(&stream_);
  }

  Status open() {
    if (::inflateInit2(&stream_, kGzipOnly) != Z_OK) {
      return failure(ErrorKind::kSystem, _("zlib cannot be set up"));
    }
    is_open_ = true;
    return {};
  }

  Result<Decoded> decode(std::string_view input, std::span<char> output) override {
    if (has_ended_ && !TRY(begin_next(input)))
      return Decoded{.consumed = input.size(), .produced = 0, .is_complete = true};
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(input.size(), INT_MAX));
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(output.size(), INT_MAX));
    const uInt before_in = stream_.avail_in;
    const uInt before_out = stream_.avail_out;
    const int result = ::inflate(&stream_, Z_NO_FLUSH);
    has_ended_ = result == Z_STREAM_END;
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
      const char* const why = stream_.msg == nullptr ? "" : stream_.msg;
      return failure(ErrorKind::kInvalid, text::format(_("the gzip stream is damaged: %s"), why));
    }
    return Decoded{.consumed = before_in - stream_.avail_in,
                   .produced = before_out - stream_.avail_out,
                   .is_complete = has_ended_};
  }

 private:
  // Behind a member: another one, or nothing but padding, for which this is false.
  Result<bool> begin_next(std::string_view input) {
    const bool is_padding = std::ranges::all_of(input, [](char byte) { return byte == 0; });
    if (is_padding) {
      has_padding_ |= !input.empty();
      return false;
    }
    if (has_padding_) return failure(ErrorKind::kInvalid, _("there is something behind the gzip stream"));
    if (::inflateReset2(&stream_, kGzipOnly) != Z_OK) return failure(ErrorKind::kSystem, _("zlib cannot be set up"));
    has_ended_ = false;
    return true;
  }

  z_stream stream_{};
  bool is_open_ = false;
  bool has_ended_ = false;
  bool has_padding_ = false;
};

}  // namespace

Result<std::unique_ptr<Decoder>> make_gzip_decoder() {
  auto decoder = std::make_unique<Gzip>();
  TRY(decoder->open());
  return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace hutch::unpack
