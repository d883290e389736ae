// The verbs of boxes' data, for the table in options.h.
#pragma once

#include "cli/options.h"

namespace hutch::cli {

[[nodiscard]] std::vector<Verb> data_verbs();

}  // namespace hutch::cli
