// Messages of the bus (D-Bus specification, "Message Protocol"), as far as names stand in them: in the header as the
// destination, and in what is said to and by the bus itself. What cannot be read is left as it is; the filter behind
// decides on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "names/renaming.h"

namespace hutch::names {

inline constexpr std::size_t kFixedHeader = 16;         // up to and with the length of the header's fields
inline constexpr std::size_t kHeaderLimit = 64u << 10;  // names and signatures have at most 255 bytes, paths are short
inline constexpr std::size_t kBodyLimit = 128u << 20;   // of any message, as the specification has it
inline constexpr std::size_t kRenamedLimit = 1u << 20;  // of one in which names are replaced

struct Sizes {
  std::size_t header = 0;
  std::size_t body = 0;
};
// Of the message these bytes begin with, at least kFixedHeader; absent when it is none, or beyond the limits.
[[nodiscard]] std::optional<Sizes> measure(std::string_view bytes);

enum class Direction : std::uint8_t { kOutward, kInward };

struct Reading {
  std::uint32_t descriptors = 0;  // that come with the message
  bool has_names = false;         // to be replaced
};
[[nodiscard]] Reading read_header(std::string_view header, Direction direction, const Renaming& renaming);
// A whole message whose header has names.
[[nodiscard]] std::string rename(std::string_view message, Direction direction, const Renaming& renaming);

}  // namespace hutch::names
