// Invariants every plan must hold before it is performed. A violation is a fault of the composer, or of a file that
// passed through it, and stops the run.
#pragma once

#include "core/plan/plan.h"

namespace hutch::plan {

// Parents before children; no two steps at one target except a mask or seal over it; every tmpfs has a size; nothing
// mounts over /proc, /dev or their insides but their own steps; device binds only where devices are; no source is one
// of hutch's own places made writable; environment entries are NAME=value; at most one AwaitHelpers; limits on counts.
[[nodiscard]] Status check(const Plan& plan);

inline constexpr std::size_t kStepLimit = 4096;
inline constexpr std::size_t kLayerLimit = 200;  // of a system's root: what a page of mount options holds
inline constexpr std::size_t kArgumentLimit = 65536;

}  // namespace hutch::plan
