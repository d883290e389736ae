// Mode "coordinate": everything around one launch that needs PID 1's pid, a library, or a process beside the sandbox.
//
// Descriptors as in core/plan/channel.h. It waits for its plan with everything loaded. Scope, bus proxy
// and Wayland context are begun at once, while the supervisor clones; the rest follows the news of the clone. Whatever
// fails undoes what was made; on success the helpers live on and end with the supervisor (life pair).
#pragma once

#include <string>
#include <vector>

#include "base/path.h"
#include "base/result.h"

namespace hutch::coordinate {

enum class Course {
  kReady,     // the sandbox may go on
  kVanished,  // the supervisor ended first and has its own words for it
};

// `runtime_directory` is $XDG_RUNTIME_DIR. `warn` is told each survived shortcoming, one sentence.
[[nodiscard]] Result<Course> coordinate(const HostPath& runtime_directory, void (*warn)(const std::string& sentence));
// Tells the supervisor that the launch failed, once the reason has been printed.
void abort_launch();

}  // namespace hutch::coordinate
