// Acts on units of the user manager that run already, for `hutch set`, `pause` and `resume`.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace hutch::coordinate {

[[nodiscard]] bool acts_on_unit(const std::string& mode);
// limit UNIT NAME=VALUE..., freeze UNIT, thaw UNIT. The names are those of plan::limit_words, the values plain numbers.
[[nodiscard]] Status act_on_unit(const std::string& mode, const std::vector<std::string>& arguments);

}  // namespace hutch::coordinate
