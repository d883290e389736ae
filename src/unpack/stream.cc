#include "unpack/stream.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"
#include "os/sha256.h"
#include "unpack/decoder.h"

namespace hutch::unpack {
namespace {

constexpr std::size_t kInputSize = 256u << 10;

class Decompression {
 public:
  Decompression(Blob blob, Ring& ring, const image::Limits& limits)
      : blob_(std::move(blob)), ring_(ring), limits_(limits), input_(kInputSize) {}

  Status run() {
    TRY(refill());
    while (input_size_ < kMagicSize && !is_at_end_) TRY(refill());
    decoder_ = TRY(make_decoder({input_.data(), input_size_}));
    while (!is_done_) {
      const std::span<char> slot = ring_.free_slot();
      if (slot.empty()) return {};  // nobody reads any more
      const std::size_t length = TRY(fill(slot));
      hash_.add({slot.data(), length});
      if (length > 0) ring_.fill(length);
    }
    return {};
  }

  [[nodiscard]] Closing closing(const Status& status) const {
    Closing closing;
    closing.bytes = bytes_;
    closing.digest = hash_.value();
    closing.has_failed = !status;
    if (!status) {
      closing.kind = status.error().kind;
      closing.code = status.error().code;
      const std::string& text = status.error().message;
      std::memcpy(closing.failure.data(), text.data(), std::min(text.size(), closing.failure.size() - 1));
    }
    return closing;
  }

 private:
  Status refill() {
    if (position_ > 0) std::memmove(input_.data(), input_.data() + position_, input_size_ - position_);
    input_size_ -= std::exchange(position_, 0);
    const std::size_t count = TRY(blob_.read(std::span(input_).subspan(input_size_)));
    is_at_end_ = count == 0;
    input_size_ += count;
    return {};
  }

  // As much as fits into the slot; less only at the end.
  Result<std::size_t> fill(std::span<char> slot) {
    std::size_t length = 0;
    while (length < slot.size()) {
      if (position_ == input_size_ && !is_at_end_) TRY(refill());
      const std::string_view input(input_.data() + position_, input_size_ - position_);
      const Decoded decoded = TRY(decoder_->decode(input, slot.subspan(length)));
      position_ += decoded.consumed;
      length += decoded.produced;
      bytes_ += decoded.produced;
      TRY(check_limits());
      if (decoded.consumed > 0 || decoded.produced > 0) continue;
      if (is_at_end_ && position_ == input_size_) {
        if (!decoded.is_complete) return failure(ErrorKind::kInvalid, _("the compressed stream ends early"));
        is_done_ = true;
        break;
      }
      return failure(ErrorKind::kInvalid, _("the compressed stream is damaged"));  // neither takes nor gives
    }
    return length;
  }

  [[nodiscard]] Status check_limits() const {
    const std::uint64_t read = blob_.offset();
    if (bytes_ > limits_.bytes) return failure(ErrorKind::kDenied, _("the layer is larger than allowed"));
    if (bytes_ > limits_.free_ratio && bytes_ / limits_.ratio > read) {
      return failure(ErrorKind::kDenied, _("the layer grows suspiciously when it is decompressed"));
    }
    return {};
  }

  Blob blob_;
  Ring& ring_;
  const image::Limits& limits_;
  std::vector<char> input_;
  std::size_t position_ = 0;
  std::size_t input_size_ = 0;
  std::unique_ptr<Decoder> decoder_;
  os::Sha256 hash_;
  std::uint64_t bytes_ = 0;
  bool is_at_end_ = false;
  bool is_done_ = false;
};

}  // namespace

Result<Stream> Stream::open(Blob blob, const image::Limits& limits) {
  Ring ring = TRY(Ring::make());
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return unexpected(system_error(errno, _("cannot start a process")));
  if (child == 0) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || ::getppid() != parent) ::_exit(1);
    ring.become_producer();
    Decompression decompression(std::move(blob), ring, limits);
    const Status status = decompression.run();
    ring.close(decompression.closing(status));
    ::_exit(0);
  }
  ring.become_consumer();
  return Stream(std::move(ring), child);
}

Stream::Stream(Stream&& other) noexcept
    : ring_(std::move(other.ring_)), child_(std::exchange(other.child_, 0)), has_ended_(other.has_ended_) {}

Stream::~Stream() {
  if (child_ <= 0) return;
  (void)::kill(child_, SIGKILL);  // not reaped yet, so the number is still its own
  await_child();
}

void Stream::await_child() {
  const pid_t child = std::exchange(child_, 0);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string_view Stream::next() {
  if (has_ended_) return {};
  const std::string_view piece = ring_.next();
  has_ended_ = piece.empty();
  return piece;
}

Status Stream::fault() {
  const Closing& closing = ring_.closing();
  if (!closing.is_set) return failure(ErrorKind::kSystem, _("decompression ended without a word"));
  if (!closing.has_failed) return {};
  const std::string text(closing.failure.data(), ::strnlen(closing.failure.data(), closing.failure.size()));
  return unexpected(Error{.kind = closing.kind, .code = closing.code, .message = text, .context = {}, .hint = {}});
}

Status Stream::finish() {
  while (!next().empty()) {
  }
  await_child();
  return fault();
}

Status Stream::finish(const image::Digest& diff_id) {
  TRY(finish());
  const image::Digest found = image::Digest::of_bytes(ring_.closing().digest);
  if (found != diff_id) {
    return failure(ErrorKind::kInvalid, text::format(_("the layer's content is %s, but %s was announced"),
                                                     found.str().c_str(), diff_id.str().c_str()));
  }
  return {};
}

}  // namespace hutch::unpack
