// Layers into a Profile. The result does not depend on the order of the layers or of anything within them.
#pragma once

#include <vector>

#include "core/profile/model.h"
#include "core/profile/request.h"

namespace hutch::profile {

// `layers` are the profile itself, its bases, administrator and user layers and overrides, in any order; the request's
// flags are added as the highest rank. Rules: a `locked` grant of a lower rank beats everything above it; a revoke
// deletes grants of lower rank at and below its name, and cuts its name out of wider grants of lower or its own rank;
// of what is left the higher rank wins, on a tie the narrower.
[[nodiscard]] Result<Profile> merge(const ProfileName& id, const std::vector<Layer>& layers, const Request& request);

}  // namespace hutch::profile
