// Sockets that the service manager listens on for this process: sd_listen_fds(3).
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"

namespace hutch::host {

// The numbers that they are at from now on, for a plan's descriptors: they stay open until the launcher takes over.
// Empty when there are none, or they are for another process.
[[nodiscard]] Result<std::vector<std::int32_t>> take_sockets();

}  // namespace hutch::host
