// Reading JSON objects that came from a registry or an archive: every wrong type is an error that names the key.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "core/image/descriptor.h"

namespace hutch::image {

inline constexpr std::size_t kFieldLimit = 4096;       // entries of one list or table
inline constexpr std::size_t kTextLimit = 256u << 10;  // bytes of one text

// The text under a key; "" when absent or null.
[[nodiscard]] Result<std::string> read_text(const Json& table, const char* key);
// The list under a key; empty when absent or null.
[[nodiscard]] Result<Json> read_list(const Json& table, const char* key);
[[nodiscard]] Result<std::vector<std::string>> read_texts(const Json& table, const char* key);
// Pairs of texts under a key.
[[nodiscard]] Result<std::map<std::string, std::string>> read_pairs(const Json& table, const char* key);
// A number without sign, at most `limit`; absent is an error.
[[nodiscard]] Result<std::uint64_t> read_size(const Json& table, const char* key, std::uint64_t limit);

[[nodiscard]] Result<Descriptor> read_descriptor(const Json& value);
[[nodiscard]] Json to_json(const Descriptor& descriptor);
// os, architecture and variant, beside whatever else `table` has.
[[nodiscard]] Result<Platform> read_platform(const Json& table);

}  // namespace hutch::image
