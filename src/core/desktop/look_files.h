// The user's own fonts, icons, themes and toolkit settings, and where a sandbox finds them.
#pragma once

#include <vector>

#include "core/facts/facts.h"

namespace hutch::desktop {

struct LookFile {
  HostPath host;
  BoxPath box;
};
[[nodiscard]] std::vector<LookFile> look_files(const facts::Facts& facts);

}  // namespace hutch::desktop
