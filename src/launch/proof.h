// After lock-down: each wall is tried, by the very process that is about to become the app.
#pragma once

#include <optional>

#include "core/plan/report.h"

namespace hutch::launch {

struct Walls {
  bool has_filter = true;           // a seccomp filter was loaded
  bool has_landlock_files = false;  // Landlock rules on files were applied
  bool allows_nested_userns = false;
  bool is_system = false;          // set-user-id programs may gain what `capabilities` bounds
  std::uint64_t capabilities = 0;  // that were kept, a mask
  int probe = -1;                  // a detached mount outside every Landlock rule; borrowed
  long keyring = 0;                // the session keyring's serial; 0: the kernel has none
};

// The first wall that does not hold.
[[nodiscard]] std::optional<plan::WallProof> find_broken_wall(const Walls& walls);

}  // namespace hutch::launch
