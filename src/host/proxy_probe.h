// Whether the installed xdg-dbus-proxy keeps its word, by trying: a version number does not tell, distributions
// backport fixes.
#pragma once

#include <vector>

#include "base/path.h"
#include "core/doctor/checks.h"

namespace hutch::host {

// Five observations, "bus-proxy-" and: sasl (sd-bus clients can connect), eavesdrop (CVE-2026-34080), broadcast
// (CVE-2026-93676), reply (CVE-2026-94422), path (call rules end at their object). Runs a private bus in `directory`.
[[nodiscard]] std::vector<doctor::Observation> probe_bus_proxy(const HostPath& program, const HostPath& directory);

}  // namespace hutch::host
