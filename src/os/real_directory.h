// Directories made where nobody can have led the way elsewhere.
#pragma once

#include <sys/types.h>

#include "base/path.h"
#include "base/result.h"

namespace hutch::os {

// With all parents, and without following a symlink: ELOOP or ENOTDIR when one is on the way.
[[nodiscard]] Status make_real_directories(const HostPath& path, mode_t mode);

}  // namespace hutch::os
