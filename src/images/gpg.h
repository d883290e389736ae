// Signed messages of GnuPG, opened by gpgv: the one program of it that trusts nothing but the keys it is given.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hutch::images {

struct OpenedMessage {
  std::string payload;
  std::string fingerprint;  // of the primary key
};

// The message inside `signature`, when one of the public keys made it and nothing is wrong with key or signature:
// exactly one signature, not expired, not revoked. Keys are exported ones, armoured or not.
[[nodiscard]] Result<OpenedMessage> open_signed_message(std::string_view signature,
                                                        const std::vector<std::string>& keys);

// The bytes behind ASCII armour; those that have none are given back.
[[nodiscard]] Result<std::string> without_armour(std::string_view key);

}  // namespace hutch::images
