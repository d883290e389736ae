// What an app gets that is the main program of a service of the user manager.
#pragma once

#include "core/compose/scene.h"
#include "core/desktop/desktop.h"

namespace hutch::compose {

// The manager's notification socket, the sockets it listens on for the app, and the variables that tell of them
// (sd_notify(3), sd_listen_fds(3)).
[[nodiscard]] desktop::Part service(const Scene& scene);

}  // namespace hutch::compose
