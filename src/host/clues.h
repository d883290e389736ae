// What this host tells about a program: its package, its libraries, its desktop entry and its bus names.
#pragma once

#include "core/profile/derive.h"

namespace hutch::host {

[[nodiscard]] profile::Clues gather_clues(const HostPath& program, const std::vector<HostPath>& data_directories);

}  // namespace hutch::host
