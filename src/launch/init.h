// PID 1 of the sandbox after its re-exec: forks every command, reaps, reports, and ends when the plan's own command or
// the supervisor does, which ends everything inside (pid_namespaces(7)). It is not dumpable and holds no capability; of
// the host it has one socket.
#pragma once

#include "launch/inherit.h"

namespace hutch::launch {

[[noreturn]] void run_init(const Start& start);

}  // namespace hutch::launch
