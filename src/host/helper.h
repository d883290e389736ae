// A side process of one run: started, waited for until it is ready, then left to itself.
#pragma once

#include <string>

#include "os/process.h"

namespace hutch::host {

// Dropping it ends the process; `process.release()` lets it live.
struct Helper {
  std::string name;  // for people
  os::Process process;
  os::Fd words;  // what it writes to standard error, a few KiB at most
};

// Starts it in a session of its own, away from the terminal; standard streams the options do not name are /dev/null and
// the words file.
[[nodiscard]] Result<Helper> start_helper(std::string name, os::SpawnOptions options);

// Waits for one byte behind `ready`; the error says why the helper ended early, or that it takes too long.
[[nodiscard]] Status await_ready(Helper& helper, int ready);

// Why a helper that hung up is gone; waits for its end.
[[nodiscard]] Error ended_early(Helper& helper);

}  // namespace hutch::host
