// The second wall: Landlock rules with the shape of the mounts.
//
// Read and execute everywhere the root shows; write only where a step is writable; devices only in /dev. $HOME, /mnt,
// /media and /srv are allowed for writing in every plan: they are empty unless granted, and a grant to a running
// sandbox can only land below an ancestor the rules already cover.
#pragma once

#include <vector>

#include "core/plan/plan.h"
#include "core/profile/model.h"

namespace hutch::landlock {

[[nodiscard]] plan::Landlock rules_for(const std::vector<plan::Step>& steps, const BoxPath& home,
                                       const profile::Profile& profile);

}  // namespace hutch::landlock
