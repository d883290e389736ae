// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012): a keyed hash. Without the key nothing about it
// can be told from its value.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hutch::compose {

using HashKey = std::array<std::uint8_t, 16>;

[[nodiscard]] std::array<std::uint8_t, 16> keyed_hash(const HashKey& key, std::string_view text);
[[nodiscard]] std::string hex(const std::array<std::uint8_t, 16>& bytes);
// 32 hexadecimal digits; anything else gives the zero key.
[[nodiscard]] HashKey key_from_hex(std::string_view text);

}  // namespace hutch::compose
