#include "core/image/digest.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::image {
namespace {

constexpr std::string_view kAlgorithm = "sha256:";
constexpr std::string_view kDigits = "0123456789abcdef";

Error malformed(std::string_view text) {
  constexpr std::size_t kShown = 80;
  return Error{
      .kind = ErrorKind::kInvalid,
      .code = 0,
      .message = text::format(_("'%s' is not a SHA-256 digest"), text::printable(text.substr(0, kShown)).c_str()),
      .context = {},
      .hint = {}};
}

}  // namespace

Result<Digest> Digest::parse(std::string_view text) {
  if (!text.starts_with(kAlgorithm)) return unexpected(malformed(text));
  return parse_hex(text.substr(kAlgorithm.size()));
}

Result<Digest> Digest::parse_hex(std::string_view hex) {
  const bool is_whole = hex.size() == 2 * DigestBytes().size() &&
                        std::ranges::all_of(hex, [](char digit) { return kDigits.find(digit) != kDigits.npos; });
  if (!is_whole) return unexpected(malformed(hex));
  return Digest(std::string(hex));
}

Digest Digest::of_bytes(const DigestBytes& bytes) {
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 0xf]);
  }
  return Digest(std::move(hex));
}

}  // namespace hutch::image
