// The verbs of `hutch desktop`.
#pragma once

#include <vector>

#include "cli/options.h"

namespace hutch::cli {

[[nodiscard]] std::vector<Verb> desktop_verbs();

}  // namespace hutch::cli
