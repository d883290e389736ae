#include "unpack/encoder.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <climits>
#include <string>

#include "base/i18n.h"
#include "os/file.h"

namespace hutch::unpack {

// Takes of `input` and fills `output` as far as both go; the bytes produced, or a phrase.
class Encoder::Press {
 public:
  struct Pressed {
    std::size_t produced = 0;
    bool is_done = false;  // all input is taken and, of the last, all output given
  };
  virtual ~Press() = default;
  [[nodiscard]] virtual Result<Pressed> press(std::string_view& input, std::string& output, bool is_last) = 0;
};

namespace {

constexpr std::size_t kPiece = 256u << 10;
constexpr int kGzipWindow = 16 + MAX_WBITS;  // deflateInit2: a gzip header, whose time is 0
constexpr int kGzipLevel = 6;
constexpr int kGzipMemory = 8;  // deflateInit2's default
constexpr int kZstdLevel = 3;

class GzipPress : public Encoder::Press {
 public:
  GzipPress() = default;
  GzipPress(const GzipPress&) = delete;
  GzipPress& operator=(const GzipPress&) = delete;
  ~GzipPress() override {
    if (is_open_) (void)::deflateEnd(&stream_);
  }

  Status open() {
    is_open_ = ::deflateInit2(&stream_, kGzipLevel, Z_DEFLATED, kGzipWindow, kGzipMemory, Z_DEFAULT_STRATEGY) == Z_OK;
    if (!is_open_) return failure(ErrorKind::kSystem, _("zlib cannot be set up"));
    return {};
  }

  Result<Pressed> press(std::string_view& input, std::string& output, bool is_last) override {
    const std::size_t taken = std::min<std::size_t>(input.size(), INT_MAX);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(taken);
    stream_.next_out = reinterpret_cast<Bytef*>(output.data());
    stream_.avail_out = static_cast<uInt>(output.size());
    const bool ends = is_last && taken == input.size();
    const int result = ::deflate(&stream_, ends ? Z_FINISH : Z_NO_FLUSH);
    if (result == Z_STREAM_ERROR) return failure(ErrorKind::kSystem, _("compressing failed"));
    input.remove_prefix(taken - stream_.avail_in);
    const bool is_done = ends ? result == Z_STREAM_END : input.empty() && stream_.avail_out > 0;
    return Pressed{.produced = output.size() - stream_.avail_out, .is_done = is_done};
  }

 private:
  z_stream stream_{};
  bool is_open_ = false;
};

class ZstdPress : public Encoder::Press {
 public:
  Status open() {
    context_.reset(::ZSTD_createCCtx());
    const bool is_open =
        context_ && ::ZSTD_isError(::ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kZstdLevel)) == 0;
    if (!is_open) return failure(ErrorKind::kSystem, _("zstd cannot be set up"));
    return {};
  }

  Result<Pressed> press(std::string_view& input, std::string& output, bool is_last) override {
    ZSTD_inBuffer in{.src = input.data(), .size = input.size(), .pos = 0};
    ZSTD_outBuffer out{.dst = output.data(), .size = output.size(), .pos = 0};
    const std::size_t left = ::ZSTD_compressStream2(context_.get(), &out, &in, is_last ? ZSTD_e_end : ZSTD_e_continue);
    if (::ZSTD_isError(left) != 0) return failure(ErrorKind::kSystem, _("compressing failed"));
    input.remove_prefix(in.pos);
    return Pressed{.produced = out.pos, .is_done = input.empty() && (!is_last || left == 0)};
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { (void)::ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_;
};

template <class T>
Result<std::unique_ptr<Encoder::Press>> open_press() {
  auto press = std::make_unique<T>();
  TRY(press->open());
  return std::unique_ptr<Encoder::Press>(std::move(press));
}

}  // namespace

Encoder::Encoder(std::unique_ptr<Press> press, const os::Fd& out) : press_(std::move(press)), out_(&out) {}
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder::~Encoder() = default;

Result<Encoder> Encoder::open(Compression compression, const os::Fd& out) {
  const bool is_zstd = compression == Compression::kZstd;
  auto press = TRY(is_zstd ? open_press<ZstdPress>() : open_press<GzipPress>());
  return Encoder(std::move(press), out);
}

Status Encoder::add(std::string_view bytes) {
  hash_.add(bytes);
  bytes_ += bytes.size();
  return press(bytes, false);
}

Status Encoder::finish() {
  return press({}, true);
}

Status Encoder::press(std::string_view bytes, bool is_last) {
  std::string output(kPiece, '\0');
  while (is_last || !bytes.empty()) {
    const Press::Pressed pressed = TRY(press_->press(bytes, output, is_last));
    TRY(os::write_all(out_->get(), std::string_view(output).substr(0, pressed.produced)));
    if (pressed.is_done) return {};
  }
  return {};
}

}  // namespace hutch::unpack
