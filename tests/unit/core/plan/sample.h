// A plan in which every field of every record has a value of its own, for tests that must miss none.
#pragma once

#include "core/plan/channel.h"
#include "core/plan/plan.h"

namespace hutch::test {

[[nodiscard]] plan::Plan full_plan();
[[nodiscard]] plan::ExecRequest full_request();

}  // namespace hutch::test
