// Id maps with more than the user's own id: newuidmap(1) and newgidmap(1), which check subuid(5).
#pragma once

#include <sys/types.h>

#include "core/plan/plan.h"

namespace hutch::host {

// Writes the maps of a user namespace whose first process is `pid`, a process of ours that waits.
[[nodiscard]] Status write_id_maps(const plan::Namespaces& namespaces, pid_t pid);

}  // namespace hutch::host
