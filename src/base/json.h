// JSON for records and --json output. The library header is included here and in json.cc only; it is heavy, so include
// this in .cc files, never in headers.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "base/result.h"

namespace hutch {

using Json = nlohmann::ordered_json;

inline constexpr std::size_t kJsonLimit = 4u << 20;  // bytes of one document from outside

// One document, nothing behind it, at most kJsonLimit bytes and 64 levels deep.
[[nodiscard]] Result<Json> parse_json(std::string_view text);
// The same, and no object has a key twice: readers that take the first and the last would see different documents.
[[nodiscard]] Result<Json> parse_json_without_doubles(std::string_view text);
// Two-space indented text with a trailing newline; invalid UTF-8 is replaced, never an error.
[[nodiscard]] std::string format_json(const Json& value);
// One line, no trailing newline.
[[nodiscard]] std::string format_json_line(const Json& value);

}  // namespace hutch
