// What a registry answers who is not let in: WWW-Authenticate (RFC 9110, section 11.6.1), of which registries use Basic
// and Bearer.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hutch::image {

inline constexpr std::size_t kHeaderLimit = 16u << 10;  // bytes of one header field
inline constexpr std::size_t kChallengeLimit = 32;      // challenges, and parameters of one

struct Challenge {
  std::string scheme;                             // lower case
  std::map<std::string, std::string> parameters;  // names in lower case
  bool operator==(const Challenge&) const = default;
};

[[nodiscard]] Result<std::vector<Challenge>> parse_challenges(std::string_view field);

// An answer of a token server, and for how many seconds it holds.
struct Token {
  std::string text;
  std::uint64_t seconds = 0;
};
[[nodiscard]] Result<Token> parse_token(std::string_view json);

// Seconds of a Retry-After field, at most `limit`; dates and nonsense count as 0.
[[nodiscard]] std::uint64_t parse_retry_after(std::string_view field, std::uint64_t limit);

// The first message of a registry's {"errors":[{"code","message"}]}; "" when it is none.
[[nodiscard]] std::string parse_refusal(std::string_view json);

// The part of a URL that names who is asked: "https://host:port". Empty for what is no http or https URL.
[[nodiscard]] std::string origin_of(std::string_view url);
// `target` as seen from `base`: absolute, or a path on the same host. Empty when it is neither.
[[nodiscard]] std::string resolve_location(std::string_view base, std::string_view target);
// Bytes that have a meaning in a query written as %XX.
[[nodiscard]] std::string escape_query(std::string_view text);

}  // namespace hutch::image
