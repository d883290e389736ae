// What is wrong or doubtful in a profile, without running it.
#pragma once

#include <vector>

#include "core/profile/model.h"

namespace hutch::profile {

// On one file: dead bus rules, missing reasons on wide grants, paths that are too wide, contradictions.
[[nodiscard]] std::vector<Finding> lint(const Layer& layer);
// On the sum: grants shadowed by wider ones, revokes that take back nothing.
[[nodiscard]] std::vector<Finding> lint(const Profile& profile);

}  // namespace hutch::profile
