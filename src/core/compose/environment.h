// The sandbox's environment, built from nothing.
#pragma once

#include "core/compose/scene.h"

namespace hutch::compose {

// `parts` are entries of the desktop and the buses; later ones replace earlier ones, grants replace all. Sorted by
// name.
[[nodiscard]] Result<std::vector<std::string>> environment(const Scene& scene, const std::vector<std::string>& parts);

}  // namespace hutch::compose
