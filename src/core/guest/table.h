// The lines of passwd(5), group(5), shadow(5) and gshadow(5): columns between colons. An edit keeps every line that it
// is not about as it is, comments, NIS lines ("+name") and damaged ones included.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::guest {

inline constexpr std::size_t kAccountsLimit = 1u << 20;  // bytes of each of these files

// Without their line ends.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);
// Every line ended, the last one too.
[[nodiscard]] std::string text_of(const std::vector<std::string>& lines);

// The columns of an entry with at least `minimum` of them and a name; none for anything else.
[[nodiscard]] std::vector<std::string_view> columns_of(std::string_view line, std::size_t minimum);
[[nodiscard]] std::optional<std::uint32_t> id_in(std::string_view column);

// Before the first NIS line, which takes in everybody else, or at the end.
void add_entry(std::vector<std::string>& lines, std::string entry);

}  // namespace hutch::guest
