// Sockets that come with a directory: whoever sees one may connect to it, also where the directory is read-only.
#pragma once

#include <vector>

#include "base/path.h"

namespace hutch::host {

// A few levels deep, and at most so many; a directory with more entries than anybody looks at is not read to its end.
[[nodiscard]] std::vector<HostPath> sockets_below(const HostPath& directory, std::size_t most);

}  // namespace hutch::host
