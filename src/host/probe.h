// The host as Facts. Reads files and makes harmless calls; starts nothing.
#pragma once

#include <vector>

#include "core/facts/facts.h"

namespace hutch::host {

[[nodiscard]] Result<facts::Facts> probe();
// Looks at each path once, following symlinks, and adds what exists to facts.paths.
void look_up(facts::Facts& facts, const std::vector<HostPath>& paths);

}  // namespace hutch::host
