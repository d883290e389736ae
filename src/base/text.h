// Small pure functions on text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hutch::text {

// printf into a string; the format attribute lets the compiler check calls, also through gettext().
[[nodiscard, gnu::format(printf, 1, 2)]] std::string format(const char* format, ...);

// Parts between separators, empty parts kept; "" gives one empty part.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] std::string join(const std::vector<std::string>& parts, std::string_view separator);
[[nodiscard]] std::string_view trim(std::string_view text);

// The text with control characters, DEL and invalid UTF-8 shown as \xNN, so that nothing that came from an image,
// profile or program can steer a terminal.
[[nodiscard]] std::string printable(std::string_view text);

// The candidate nearest to `word` (Damerau-Levenshtein distance of at most a third of its length), for "did you mean".
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      const std::vector<std::string_view>& candidates);

// A decimal number without sign or blanks, at most `limit`.
[[nodiscard]] std::optional<unsigned long long> parse_number(std::string_view text, unsigned long long limit);
// "2G", "512M", "64k" or plain bytes; units are powers of 1024.
[[nodiscard]] std::optional<unsigned long long> parse_size(std::string_view text);
// "90s", "30m", "8h", "2d" or plain seconds; at most ten years.
[[nodiscard]] std::optional<unsigned long long> parse_duration(std::string_view text);

}  // namespace hutch::text
