// What portals look up by instance id: $XDG_RUNTIME_DIR/.flatpak/INSTANCE/{info,pid,bwrapinfo.json}
// (xdg-desktop-portal, shared/xdp-app-info-flatpak.c).
#pragma once

#include <sys/types.h>

#include "core/plan/plan.h"

namespace hutch::host {

// `init` is the sandbox's PID 1 as the host sees it: portals refuse an app whose process is gone. The supervisor
// removes the directory at the end.
[[nodiscard]] Status write_portal_files(const plan::PortalIdentity& identity, pid_t init);
void remove_portal_files(const plan::PortalIdentity& identity);

}  // namespace hutch::host
