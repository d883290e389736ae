// The transient user scope of a sandbox: placement, description and limits, by the user manager.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "core/plan/plan.h"
#include "host/user_bus.h"

namespace hutch::host {

// A scope on its way. It begins with this very process, so that the user manager works on it while everything else is
// prepared; moving a process between cgroups alone takes the kernel some ten milliseconds (an RCU grace period).
class StartingScope {
 public:
  // Connects to the user manager.
  [[nodiscard]] static Result<StartingScope> greet(const HostPath& runtime_directory);
  // Asks for the scope and does not wait.
  [[nodiscard]] Status begin(const plan::Scope& scope);
  // Returns once the scope is there and this process in it: what it starts from now on begins in the scope. A limit
  // whose controller the user manager was not delegated is an error that names the controller: systemd itself takes
  // it and enforces nothing.
  [[nodiscard]] Status await(const plan::Scope& scope);
  // Moves processes of this user in; after await().
  [[nodiscard]] Status admit(const plan::Scope& scope, const std::vector<pid_t>& processes);

 private:
  explicit StartingScope(UserBus manager) : manager_(std::move(manager)) {}
  UserBus manager_;
};

// Of a running unit: an instance's scope or a slice. Checks the controllers as await() does, before it changes
// anything.
[[nodiscard]] Status change_limits(const HostPath& runtime_directory, const std::string& unit,
                                   const plan::Limits& limits);
// Stops every process of the unit, or lets them go on (cgroup.freeze).
[[nodiscard]] Status freeze(const HostPath& runtime_directory, const std::string& unit, bool is_frozen);

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
