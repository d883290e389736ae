// Finds the GPG signatures that belong to an image in a registry, in the lookaside place of registries.d.
#pragma once

#include <string>
#include <vector>

#include "core/image/reference.h"
#include "images/session.h"

namespace hutch::images {

inline constexpr int kSignatureCount = 32;  // of one manifest

[[nodiscard]] Result<std::vector<std::string>> find_signatures(Http& http, const Interrupt& interrupt,
                                                               const Security& security,
                                                               const image::Reference& reference,
                                                               const image::Digest& manifest);

}  // namespace hutch::images
