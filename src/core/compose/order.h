// Steps of many parts in one order: parents first, one step at a place.
#pragma once

#include <vector>

#include "core/plan/step.h"

namespace hutch::compose {

// `granted` outranks `base`: where a grant shows a host directory, nothing of the base is put into it. Of two granted
// steps at one place the first stays, a directory gives way to anything. Places of `late` steps are left to them.
[[nodiscard]] std::vector<plan::Step> in_order(std::vector<plan::Step> base, std::vector<plan::Step> granted,
                                               const std::vector<plan::Step>& late);

}  // namespace hutch::compose
