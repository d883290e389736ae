// Compiled system call filters, kept in $XDG_CACHE_HOME/hutch/seccomp.
//
// An entry carries its whole key (policy, compiler, architecture) and a checksum: one that is damaged, of another
// policy, or that somebody else could have written is not used. Deleting entries is harmless at any time.
#pragma once

#include <string>

#include "core/facts/facts.h"
#include "core/plan/plan.h"

namespace hutch::host {

// struct sock_filter[] of the plan's policy, from the cache or from hutch-coordinator.
[[nodiscard]] Result<std::string> seccomp_program(const facts::Facts& facts, const plan::Plan& plan);

}  // namespace hutch::host
