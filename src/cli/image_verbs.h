// The verbs of `hutch image`: they are performed by hutch-images, which gets what was parsed here.
#pragma once

#include <vector>

#include "cli/options.h"

namespace hutch::cli {

[[nodiscard]] std::vector<Verb> image_verbs();

}  // namespace hutch::cli
