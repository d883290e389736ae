// What a running sandbox can still be given: `hutch grant --live`.
#pragma once

#include <vector>

#include "core/plan/plan.h"

namespace hutch::compose {

// The binds of `wanted`, a plan with the new grant, that show something at or below `real` and that `running` has not.
[[nodiscard]] std::vector<plan::Bind> binds_to_add(const plan::Plan& running, const plan::Plan& wanted,
                                                   const HostPath& real);
// Whether Landlock, which can only become narrower, lets the sandbox use them; kDenied says which needs a restart.
[[nodiscard]] Status check_live(const plan::Plan& running, const std::vector<plan::Bind>& binds);

}  // namespace hutch::compose
