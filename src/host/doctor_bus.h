// What only the heavy libraries can find out for `doctor`: user manager, buses, proxy, portals, compositor.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/path.h"
#include "core/doctor/checks.h"

namespace hutch::host {

struct DoctorPlace {
  std::optional<HostPath> runtime_directory;  // $XDG_RUNTIME_DIR
  std::string session_bus;                    // addresses; empty: the usual place
  std::string system_bus;
  std::string wayland_display;  // $WAYLAND_DISPLAY
};

[[nodiscard]] std::vector<doctor::Observation> observe_buses(const DoctorPlace& place);

}  // namespace hutch::host
