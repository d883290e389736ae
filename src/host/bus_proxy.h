// xdg-dbus-proxy at work, in its own small root (plan::BusProxy).
#pragma once

#include "core/plan/plan.h"
#include "host/helper.h"

namespace hutch::host {

// Makes the directory the proxy listens in and starts it. `launcher` is hutch-launch, `life` the helpers' end of the
// life pair: once it listens on every bus the proxy writes one byte there, and it ends when the other end hangs up.
// What it logs goes to `log`, or nowhere.
[[nodiscard]] Result<Helper> start_bus_proxy(const plan::BusProxy& proxy, const HostPath& launcher, int life,
                                             int log = -1);
// hutch-names before it, where the plan has it; readiness and end as above.
[[nodiscard]] Result<Helper> start_box_names(const plan::BusProxy& proxy, const HostPath& launcher, int life);

}  // namespace hutch::host
