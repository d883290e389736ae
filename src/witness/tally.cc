#include "witness/tally.h"

#include <unistd.h>

#include <charconv>

namespace hutch::witness {

Text& Text::word(std::string_view text) {
  if (!empty()) put(' ');
  for (const char c : text) put(c > ' ' && c < 0x7f ? c : '?');
  return *this;
}

Text& Text::word(std::uint64_t number, int base) {
  char digits[24];
  const char* const end = std::to_chars(digits, digits + sizeof digits, number, base).ptr;
  return word({digits, static_cast<std::size_t>(end - digits)});
}

void Text::end_line() {
  bytes_[size_++] = '\n';
}

void Tally::write(Text& line) const {
  line.end_line();
  (void)!::write(file_, line.view().data(), line.view().size());  // a full disk: the app is none the worse
}

void Tally::note(const Text& line) {
  for (std::size_t index = 0; index < count_; ++index) {
    if (lines_[index].view() != line.view()) continue;
    ++times_[index];
    return;
  }
  if (count_ == instance::kRefusalLimit) {
    ++left_out_;
    return;
  }
  lines_[count_] = line;
  times_[count_++] = 1;
  Text written = line;
  write(written);
}

void Tally::conclude(std::string_view name, std::uint64_t number) {
  if (number == 0) return;
  Text line;
  line.word(name).word(number);
  write(line);
}

void Tally::finish() {
  for (std::size_t index = 0; index < count_; ++index) {
    if (times_[index] < 2) continue;
    Text line;
    line.word("times").word(times_[index]).word(index);
    write(line);
  }
  conclude("more", left_out_);
}

}  // namespace hutch::witness
