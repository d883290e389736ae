#include "base/text.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <limits>

namespace hutch::text {

std::string format(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, arguments);
  va_end(arguments);
  std::string result(static_cast<std::size_t>(std::max(length, 0)), '\0');
  if (length > 0) (void)std::vsnprintf(result.data(), result.size() + 1, format, again);  // same length as measured
  va_end(again);
  return result;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string result;
  for (const std::string& part : parts) {
    if (&part != &parts.front()) result += separator;
    result += part;
  }
  return result;
}

std::string_view trim(std::string_view text) {
  const char* const blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

namespace {

// Length of the well-formed UTF-8 sequence at the start of `text` (RFC 3629), 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const auto continues = [&](std::size_t index) { return index < text.size() && (byte(index) & 0xC0) == 0x80; };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
    return 4;
  }
  return 0;
}

// C0, DEL, C1 (U+0080..U+009F) and the bidirectional controls, which can make a line read as another.
bool is_control(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead < 0x20 || lead == 0x7F;
  if (sequence.size() == 2) return lead == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
  if (sequence.size() != 3 || lead != 0xE2) return false;
  const auto second = static_cast<unsigned char>(sequence[1]);
  const auto third = static_cast<unsigned char>(sequence[2]);
  return (second == 0x80 && ((third >= 0xAA && third <= 0xAE) || third == 0x8E || third == 0x8F)) ||
         (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
    if (length != 0 && !is_control(sequence)) {
      result += sequence;
    } else {
      for (const char byte : sequence) result += format("\\x%02x", static_cast<unsigned char>(byte));
    }
    text.remove_prefix(sequence.size());
  }
  return result;
}

namespace {

std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> before_last(right.size() + 1);
  std::vector<std::size_t> last(right.size() + 1);
  std::vector<std::size_t> current(right.size() + 1);
  for (std::size_t column = 0; column <= right.size(); ++column) last[column] = column;
  for (std::size_t row = 1; row <= left.size(); ++row) {
    current[0] = row;
    for (std::size_t column = 1; column <= right.size(); ++column) {
      const std::size_t change = left[row - 1] == right[column - 1] ? 0 : 1;
      current[column] = std::min({last[column] + 1, current[column - 1] + 1, last[column - 1] + change});
      const bool swapped =
          row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1];
      if (swapped) current[column] = std::min(current[column], before_last[column - 2] + 1);
    }
    before_last = last;
    last = current;
  }
  return last[right.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t kWordLimit = 64;
  if (word.size() > kWordLimit) return std::nullopt;
  std::size_t best = word.size() / 3 + 1;
  std::optional<std::string_view> found;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::optional<unsigned long long> parse_number(std::string_view text, unsigned long long limit) {
  if (text.empty()) return std::nullopt;
  unsigned long long value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    const auto addend = static_cast<unsigned long long>(digit - '0');
    if (value > (limit - std::min(limit, addend)) / 10) return std::nullopt;
    value = value * 10 + addend;
  }
  if (value > limit) return std::nullopt;
  return value;
}

std::optional<unsigned long long> parse_size(std::string_view text) {
  if (text.empty()) return std::nullopt;
  unsigned long long unit = 1;
  switch (text.back()) {
    case 'k':
    case 'K':
      unit = 1ULL << 10;
      break;
    case 'M':
      unit = 1ULL << 20;
      break;
    case 'G':
      unit = 1ULL << 30;
      break;
    case 'T':
      unit = 1ULL << 40;
      break;
    default:
      break;
  }
  if (unit != 1) text.remove_suffix(1);
  const auto number = parse_number(text, std::numeric_limits<unsigned long long>::max() / unit);
  if (!number) return std::nullopt;
  return *number * unit;
}

std::optional<unsigned long long> parse_duration(std::string_view text) {
  constexpr unsigned long long kDay = 86400;
  constexpr unsigned long long kLongest = 3650 * kDay;
  if (text.empty()) return std::nullopt;
  unsigned long long unit = 1;
  switch (text.back()) {
    case 's':
      break;
    case 'm':
      unit = 60;
      break;
    case 'h':
      unit = 3600;
      break;
    case 'd':
      unit = kDay;
      break;
    default:
      return parse_number(text, kLongest);
  }
  text.remove_suffix(1);
  const auto number = parse_number(text, kLongest / unit);
  if (!number) return std::nullopt;
  return *number * unit;
}

}  // namespace hutch::text
