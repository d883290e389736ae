// Open-file-description locks (fcntl(2)): they end with the last copy of the descriptor, so with the processes that
// hold it, however those end.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace hutch::os {

enum class LockKind : std::uint8_t { kShared, kExclusive };

// Without waiting: true when it is now ours. A lock that is held changes its kind.
[[nodiscard]] Result<bool> try_lock(int fd, LockKind kind);
[[nodiscard]] Status wait_for_lock(int fd, LockKind kind);

}  // namespace hutch::os
