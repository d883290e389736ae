// Base64 (RFC 4648, section 4) both ways.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hutch {

// Line ends between the digits are passed over, padding is demanded; anything else is nothing.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);
[[nodiscard]] std::string encode_base64(std::string_view bytes);

}  // namespace hutch
