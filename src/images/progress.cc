#include "images/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "images/interrupt.h"

namespace hutch::images {
namespace {

constexpr std::int64_t kInterval = 100;          // milliseconds between two lines
constexpr std::uint64_t kJsonStep = 4ULL << 20;  // bytes between two reports of one blob

unsigned columns() {
  winsize size{};
  constexpr unsigned kUsual = 80;
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

// "#####.....", `width` characters.
std::string bar(std::uint64_t done, std::uint64_t size, std::size_t width) {
  const std::size_t filled = size == 0 ? width : static_cast<std::size_t>(done * width / size);
  return std::string(std::min(filled, width), '#') + std::string(width - std::min(filled, width), '.');
}

}  // namespace

std::string describe_size(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? text::format("%llu B", static_cast<unsigned long long>(bytes))
                   : text::format("%.1f %s", value, kUnits[unit]);
}

void Progress::report(const char* event, const image::Digest& blob, const Part& part) {
  if (show_ != Show::kJson) return;
  const Json record = {{"event", event}, {"blob", blob.str()}, {"done", part.done}, {"size", part.size}};
  (void)std::fprintf(stdout, "%s\n", format_json_line(record).c_str());
  (void)std::fflush(stdout);  // main() looks at what standard output took
}

void Progress::present(const image::Digest& blob, std::uint64_t size) {
  report("present", blob, {.done = size, .size = size});
}

void Progress::begin(const image::Digest& blob, std::uint64_t from, std::uint64_t size) {
  if (started_ == 0) started_ = now_milliseconds();
  Part& part = parts_[blob];
  part = {.done = from, .size = size, .reported = from};
  begun_with_ += from;
  report(from > 0 ? "resume" : "begin", blob, part);
  line(false);
}

void Progress::advance(const image::Digest& blob, std::uint64_t done) {
  Part& part = parts_[blob];
  part.done = done;
  if (part.done >= part.reported + kJsonStep) {
    part.reported = part.done;
    report("advance", blob, part);
  }
  line(false);
}

void Progress::complete(const image::Digest& blob) {
  Part& part = parts_[blob];
  part.done = part.size;
  report("complete", blob, part);
  line(true);
}

void Progress::line(bool is_last) {
  if (show_ != Show::kLine) return;
  const std::int64_t now = now_milliseconds();
  if (!is_last && now < shown_ + kInterval) return;
  shown_ = now;
  std::uint64_t done = 0;
  std::uint64_t size = 0;
  for (const auto& [blob, part] : parts_) {
    done += part.done;
    size += part.size;
  }
  const auto elapsed = static_cast<std::uint64_t>(std::max<std::int64_t>(1, now - started_));
  const std::string speed = describe_size((done - std::min(done, begun_with_)) * 1000 / elapsed) + "/s";
  constexpr std::size_t kBar = 24;
  std::string words = subject_ + "  [" + bar(done, size, kBar) + "]  " + describe_size(done) + " / " +
                      describe_size(size) + "  " + speed;
  words.resize(std::min<std::size_t>(words.size(), columns() - 1));
  (void)std::fprintf(stderr, "\r\033[K%s", words.c_str());
  is_shown_ = true;
}

void Progress::say(const char* step) {
  if (show_ == Show::kJson) {
    (void)std::fprintf(stdout, "%s\n", format_json_line({{"event", step}}).c_str());
    (void)std::fflush(stdout);  // main() looks at what standard output took
  }
  if (show_ != Show::kLine) return;
  std::string words = subject_ + "  " + _(step);
  words.resize(std::min<std::size_t>(words.size(), columns() - 1));
  (void)std::fprintf(stderr, "\r\033[K%s", words.c_str());
  is_shown_ = true;
}

void Progress::clear() {
  if (is_shown_) (void)std::fprintf(stderr, "\r\033[K");
  is_shown_ = false;
}

}  // namespace hutch::images
