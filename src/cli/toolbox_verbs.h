// The verbs of toolboxes.
#pragma once

#include "cli/options.h"

namespace hutch::cli {

[[nodiscard]] std::vector<Verb> toolbox_verbs();

}  // namespace hutch::cli
