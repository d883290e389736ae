// Which device nodes and which parts of /sys a profile's device grants open.
#pragma once

#include <vector>

#include "core/facts/facts.h"
#include "core/profile/model.h"

namespace hutch::desktop {

// Every file keeps its place inside. `system` is named by paths that may be symlinks: what they lead to is shown where
// it really is, so that the links in /sys/class and /sys/dev still point at something.
struct DeviceFiles {
  std::vector<HostPath> nodes;
  std::vector<HostPath> system;
};
[[nodiscard]] DeviceFiles device_files(const profile::Profile& profile, const facts::Facts& facts);

// /dev, when the profile grants all of it and so facts must list it.
[[nodiscard]] bool wants_all_devices(const profile::Profile& profile);

}  // namespace hutch::desktop
