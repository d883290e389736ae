// The instances that `stop`, `kill` and `wait` act on.
#pragma once

#include <vector>

#include "app/verbs.h"
#include "host/instances.h"

namespace hutch::app {

// Each instance once, in the order named. A name nobody goes by is an error, and then nothing is done to the others.
[[nodiscard]] Result<std::vector<host::Running>> find_targets(const facts::Facts& facts, const Targets& targets);

// The error of what only a unit of the user manager can do.
[[nodiscard]] Error no_scope(const host::Running& instance);

}  // namespace hutch::app
