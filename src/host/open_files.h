// The limit of open files of processes that run already (prlimit(2)).
#pragma once

#include <cstdint>

#include "host/instances.h"

namespace hutch::host {

// Of every process of the instance, those it starts meanwhile included. Nobody may raise a hard limit: kDenied.
[[nodiscard]] Status limit_open_files(const Running& instance, std::uint64_t most);

}  // namespace hutch::host
