// Limits of a unit as arguments of hutch-coordinator: "memory=1073741824", "io-read=1048576:/home".
#pragma once

#include <string>
#include <vector>

#include "core/plan/plan.h"

namespace hutch::plan {

[[nodiscard]] std::vector<std::string> limit_arguments(const Limits& limits);
[[nodiscard]] Result<Limits> parse_limit_arguments(const std::vector<std::string>& arguments);

}  // namespace hutch::plan
