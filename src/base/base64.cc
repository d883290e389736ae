#include "base/base64.h"

#include <algorithm>
#include <cstdint>

namespace hutch {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int digits = 0;   // of the current group of four
  int padding = 0;  // '=' seen
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      if (digits + padding < 2 || ++padding > 2) return std::nullopt;
      continue;
    }
    const std::size_t value = kDigits.find(c);
    if (value == std::string_view::npos || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if (++digits < 4) continue;
    for (const int shift : {16, 8, 0}) bytes.push_back(static_cast<char>(bits >> shift & 0xff));
    bits = 0;
    digits = 0;
  }
  if (digits == 0 && padding == 0) return bytes;
  if (digits + padding != 4) return std::nullopt;
  bytes.push_back(static_cast<char>(bits >> (digits == 2 ? 4 : 10) & 0xff));
  if (digits == 3) bytes.push_back(static_cast<char>(bits >> 2 & 0xff));
  return bytes;
}

std::string encode_base64(std::string_view bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t index = 0; index < 3; ++index) {
      bits = bits << 8 | (index < count ? static_cast<unsigned char>(bytes[at + index]) : 0u);
    }
    for (std::size_t index = 0; index < 4; ++index) {
      text.push_back(index <= count ? kDigits[bits >> (18 - 6 * index) & 0x3f] : '=');
    }
  }
  return text;
}

}  // namespace hutch
