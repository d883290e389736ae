// The parent side of a launch: compiles the seccomp policy (or finds it in the cache), lays out the descriptors of
// core/plan/channel.h, starts the coordinator when the plan needs one and becomes hutch-launch.
#pragma once

#include "core/facts/facts.h"
#include "core/plan/channel.h"
#include "core/plan/plan.h"
#include "host/instances.h"

namespace hutch::host {

// Returns only on failure; on success this process is the supervisor.
[[nodiscard]] Error become_supervisor(const facts::Facts& facts, const plan::Plan& plan, Instance instance);

// Runs a command in a running sandbox with the caller's descriptors 0-2, relaying a terminal, and returns how it ended.
[[nodiscard]] Result<plan::Outcome> execute_in(const Running& instance, const plan::ExecRequest& request);
// Sends a signal to the plan's own command through the supervisor; with `force` everything inside is ended instead, at
// the latest by ending the supervisor, and this returns when it is gone.
[[nodiscard]] Status signal_instance(const Running& instance, int signal, bool force);

}  // namespace hutch::host
