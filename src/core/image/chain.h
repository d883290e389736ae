// Chain ids (OCI image configuration): what an unpacked layer is, given the layers below it.
#pragma once

#include <string>
#include <vector>

#include "core/image/digest.h"

namespace hutch::image {

// The text whose SHA-256 is the chain id of `diff_id` on top of `parent`; for a base layer (empty parent) there is
// none, its chain id is the diff id.
[[nodiscard]] std::string chain_text(const Digest& parent, const Digest& diff_id);

}  // namespace hutch::image
