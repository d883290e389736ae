// What is different between two states of a toolbox, told to another process in records of core/toolbox/changes.h.
#pragma once

#include <cstdint>

#include "os/fd.h"
#include "unpack/states.h"

namespace hutch::unpack {

// Files whose content, owner, mode and attributes are the same count as unchanged, whatever their times. Returns how
// many changes of files there are: those beyond the limits are counted only.
[[nodiscard]] Result<std::uint64_t> tell_changes(States& states, std::uint64_t entry_limit, bool has_own_id_only,
                                                 const os::Fd& pipe);

}  // namespace hutch::unpack
