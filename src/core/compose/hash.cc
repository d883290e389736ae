#include "core/compose/hash.h"

#include <bit>

#include "base/text.h"

namespace hutch::compose {
namespace {

std::uint64_t read_word(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t index = 0; index < count; ++index) word |= std::uint64_t{bytes[index]} << (8 * index);
  return word;
}

struct State {
  std::uint64_t a, b, c, d;

  void rounds(int count) {
    for (; count > 0; --count) {
      a += b;
      c += d;
      b = std::rotl(b, 13) ^ a;
      d = std::rotl(d, 16) ^ c;
      a = std::rotl(a, 32);
      c += b;
      a += d;
      b = std::rotl(b, 17) ^ c;
      d = std::rotl(d, 21) ^ a;
      c = std::rotl(c, 32);
    }
  }
  void absorb(std::uint64_t word) {
    d ^= word;
    rounds(2);
    a ^= word;
  }
  [[nodiscard]] std::uint64_t value() const { return a ^ b ^ c ^ d; }
};

}  // namespace

std::array<std::uint8_t, 16> keyed_hash(const HashKey& key, std::string_view text) {
  const std::uint64_t low = read_word(key.data(), 8);
  const std::uint64_t high = read_word(key.data() + 8, 8);
  State state{.a = 0x736f6d6570736575ULL ^ low,
              .b = 0x646f72616e646f6dULL ^ high ^ 0xee,
              .c = 0x6c7967656e657261ULL ^ low,
              .d = 0x7465646279746573ULL ^ high};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  std::size_t left = text.size();
  for (; left >= 8; left -= 8, bytes += 8) state.absorb(read_word(bytes, 8));
  state.absorb(read_word(bytes, left) | (std::uint64_t{text.size()} << 56));
  state.c ^= 0xee;
  state.rounds(4);
  const std::uint64_t first = state.value();
  state.b ^= 0xdd;
  state.rounds(4);
  const std::uint64_t second = state.value();
  std::array<std::uint8_t, 16> result{};
  for (std::size_t index = 0; index < 8; ++index) {
    result[index] = static_cast<std::uint8_t>(first >> (8 * index));
    result[index + 8] = static_cast<std::uint8_t>(second >> (8 * index));
  }
  return result;
}

std::string hex(const std::array<std::uint8_t, 16>& bytes) {
  std::string digits;
  for (const std::uint8_t byte : bytes) digits += text::format("%02x", byte);
  return digits;
}

HashKey key_from_hex(std::string_view text) {
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  HashKey key{};
  if (text.size() != 2 * key.size()) return {};
  for (std::size_t index = 0; index < key.size(); ++index) {
    const int high = digit(text[2 * index]);
    const int low = digit(text[2 * index + 1]);
    if (high < 0 || low < 0) return {};
    key[index] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return key;
}

}  // namespace hutch::compose
