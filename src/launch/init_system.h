// The process that becomes a system's init (plan::ControlGroups). It is PID 1 of a pid namespace within the sandbox's,
// and since procfs shows the namespace of whoever mounts it, it has to exist before /proc does: PID 1 of the sandbox
// forks it at barrier #2, in its scope, and leaves the rest of the set-up to it.
#pragma once

#include <sys/types.h>

#include "core/plan/plan.h"
#include "launch/failure.h"
#include "launch/inherit.h"
#include "os/fd.h"

namespace hutch::launch {

[[nodiscard]] bool has_init_system(const plan::Sandbox& sandbox);

// What each of the two has of the other.
struct InitSystem {
  bool is_new = false;  // in the new process
  os::Fd line;
};
[[nodiscard]] InitSystem fork_init_system(const plan::Sandbox& sandbox, const Reporter& reporter);
// In the old one: returns once the new one has entered the root, with what Root::enter() left to it.
[[nodiscard]] os::Fd await_init_system(const InitSystem& other, const Reporter& reporter);
// In the new one, behind Root::enter(): waits until PID 1 serves, and becomes the command.
[[noreturn]] void become_init_system(const plan::Sandbox& sandbox, const Start& start, const InitSystem& other,
                                     const os::Fd& probe, const Reporter& reporter);

// Removes the cgroups below this one that are empty, but for a few levels too deep. Nobody outside may: they belong to
// ids of the system's.
void remove_groups(const os::Fd& directory, int levels = 32);

// In the old one after its re-exec, with the line at kReadyDescriptor: lets the new one go on. Its pid.
[[nodiscard]] pid_t release_init_system();

}  // namespace hutch::launch
