// Signatures by public keys in PEM: ECDSA, RSA and Ed25519 (OpenSSL). For sigstore's signatures.
#pragma once

#include <string_view>

#include "base/result.h"

namespace hutch::images {

// True when `signature` (not encoded) is one of `message` by this key; an error when the key is none.
[[nodiscard]] Result<bool> is_signed_by(std::string_view pem, std::string_view message, std::string_view signature);

}  // namespace hutch::images
