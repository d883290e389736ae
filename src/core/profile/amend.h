// Changing the layer that the user's grants and revokes are kept in.
#pragma once

#include <string>

#include "core/profile/model.h"

namespace hutch::profile {

// Puts what `asked` grants and revokes into an override. What the override said before about the same names goes:
// granting a name takes its revoke away, and revoking one takes away the grants at and below it.
void give(Layer& layer, const Layer& asked);
// Puts the contrary of what `asked` grants there: each name is taken back, with all below it.
void take(Layer& layer, const Layer& asked);

// Gives all that a layer says this reason.
[[nodiscard]] Status add_reason(Layer& layer, const std::string& reason);

}  // namespace hutch::profile
