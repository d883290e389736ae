// The second wall, landlock(7): the process and all it forks may touch files only as the rules say, and signal or call
// over abstract sockets only within its own domain. Mounts must be finished: a confined process cannot change them.
#pragma once

#include <cstdint>

#include "core/plan/plan.h"

namespace hutch::launch {

// 0: the kernel has none, or it is switched off.
[[nodiscard]] int landlock_abi();
// LANDLOCK_ACCESS_FS_* the kernel of this ABI can check and we want checked.
[[nodiscard]] std::uint64_t handled_access(int abi);
// What of it a rule grants.
[[nodiscard]] std::uint64_t granted_access(plan::LandlockAccess access, int abi);

struct LandlockFault {
  int rule = -1;  // index, or -1 for the ruleset
  int error = 0;  // 0: confined
};
// Rules for paths that do not exist grant nothing and are passed over. Needs no_new_privs.
[[nodiscard]] LandlockFault confine(const plan::Landlock& landlock, int abi);

}  // namespace hutch::launch
