// A Wayland socket that tells the compositor whose it is: wp_security_context_v1 (staging, version 1). Linked into
// hutch-coordinator only.
#pragma once

#include "base/id.h"
#include "core/plan/plan.h"

namespace hutch::host {

// The engine hutch calls itself towards compositors; they take it as it is.
inline constexpr const char* kSandboxEngine = "org.hutch";

// Makes the compositor listen at `context.socket` for this app, until the other end of `close_fd` is closed. False when
// the compositor does not offer the protocol: then nothing is left at the path. One that offers it and refuses is an
// error: the app must not fall back to the compositor's own socket.
[[nodiscard]] Result<bool> open_wayland_context(const plan::WaylandContext& context, const AppId& app,
                                                const InstanceId& instance, int close_fd);

}  // namespace hutch::host
