// What a run is weaker by: grants that lower a wall, walls this host does not have.
#pragma once

#include "core/compose/scene.h"

namespace hutch::compose {

// Grants by their command line spelling.
[[nodiscard]] std::vector<std::string> weakenings(const Scene& scene);
// One sentence each.
[[nodiscard]] std::vector<std::string> missing_walls(const Scene& scene);

}  // namespace hutch::compose
