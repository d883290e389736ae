// Whole trees, copied and moved.
#pragma once

#include "base/path.h"
#include "base/result.h"

namespace hutch::os {

// Copies a file, symlink or directory with all below it, with modes and times; `to` must be free. No symlink is
// followed; sockets, fifos and devices are left out. What is there when this returns outlives a power cut.
[[nodiscard]] Status copy_tree(const HostPath& from, const HostPath& to);

// Gives it another name that must be free (kConflict), in one step on one file system. Between two it is copied to
// `part`, a place on the second one that is emptied first, gets its name in one step and is removed here.
[[nodiscard]] Status move_tree(const HostPath& from, const HostPath& to, const HostPath& part);
// The same, keeping what is copied.
[[nodiscard]] Status place_copy(const HostPath& from, const HostPath& to, const HostPath& part);

}  // namespace hutch::os
