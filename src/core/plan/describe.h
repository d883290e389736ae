// A plan as text for people and as JSON for programs: `hutch plan`.
#pragma once

#include <string>

#include "base/json.h"
#include "core/plan/plan.h"

namespace hutch::plan {

// One line per fact, grouped, stable: golden tests compare it.
[[nodiscard]] std::string describe(const Plan& plan);
[[nodiscard]] std::string describe(const Step& step);  // "bind /usr on /usr, read-only"
[[nodiscard]] Json to_json(const Plan& plan);

}  // namespace hutch::plan
