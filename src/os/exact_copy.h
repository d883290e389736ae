// A file moved out of the way and back, as it was: the same file where a hard link can do it, else a copy with its mode
// and times. Symlinks are moved themselves.
#pragma once

#include "base/path.h"
#include "base/result.h"

namespace hutch::os {

// Gives a file a second name, which must be free. Directories and devices are refused.
[[nodiscard]] Status keep_aside(const HostPath& file, const HostPath& aside);
// Puts it in the place of whatever is there now, in one step; `aside` is gone then.
[[nodiscard]] Status put_back(const HostPath& aside, const HostPath& file);
// rename(2), and the directory synced.
[[nodiscard]] Status rename(const HostPath& from, const HostPath& to);

}  // namespace hutch::os
