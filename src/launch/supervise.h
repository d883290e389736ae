// The supervisor: the process that was `hutch run`, outside the sandbox, as long as the app lives.
//
// One loop over PID 1's socket, the coordinator, signals, control clients and the terminal. When it is killed, its end
// of PID 1's socket and of the life pair close, and sandbox and helpers end by themselves.
#pragma once

#include "launch/inherit.h"

namespace hutch::launch {

// Returns the exit status of the run.
[[nodiscard]] int supervise(const Start& start);

}  // namespace hutch::launch
