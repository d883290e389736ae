// The transient user scope of a sandbox: placement, description and limits, by the user manager.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/plan/plan.h"

namespace hutch::host {

// Starts the scope and returns once the processes are in it. A limit whose controller the user manager was not
// delegated is an error that names the controller: systemd itself takes it and enforces nothing.
[[nodiscard]] Status start_scope(const HostPath& runtime_directory, const plan::Scope& scope,
                                 const std::vector<pid_t>& processes);

// For `doctor`: moves this very process into a scope of its own and returns its cgroup.
[[nodiscard]] Result<std::string> try_scope(const HostPath& runtime_directory);

struct NeededController {
  std::string name;   // "memory"
  std::string limit;  // what asks for it: "--memory"
};
[[nodiscard]] std::vector<NeededController> needed_controllers(const plan::Limits& limits);

// The controllers of a cgroup, cgroup.controllers; empty where cgroup v2 is not mounted.
[[nodiscard]] std::vector<std::string> controllers_of(const std::string& control_group);

}  // namespace hutch::host
