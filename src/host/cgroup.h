// The cgroup of a running instance: where it is, what it uses, what happened in it. Plain files of the cgroup file
// system (cgroups(7), Documentation/admin-guide/cgroup-v2.rst); no bus is asked.
#pragma once

#include <optional>
#include <vector>

#include "core/instance/usage.h"
#include "host/instances.h"

namespace hutch::host {

// The directory of a process's cgroup; absent where cgroup v2 is not mounted or the process is gone.
[[nodiscard]] std::optional<HostPath> cgroup_of(pid_t pid);

// The pids of every process of an instance: of its cgroup, or without a scope PID 1 and what descends from it.
[[nodiscard]] std::vector<pid_t> processes_of(const Running& instance);

[[nodiscard]] instance::Usage usage_of(const Running& instance);
// instance::state_of its usage, and whether it is paused, without counting the rest.
[[nodiscard]] const char* state_of(const Running& instance);
[[nodiscard]] bool is_paused(const Running& instance);

}  // namespace hutch::host
