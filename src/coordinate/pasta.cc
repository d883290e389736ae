#include "coordinate/pasta.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/plan/channel.h"

namespace hutch::coordinate {

// In the foreground pasta writes its pid file when it is set up; here that file is a pipe. A path of our own would not
// do: Debian's AppArmor profile lets pasta write to /tmp and the home only.
Result<StartingPasta> start_pasta(const plan::Pasta& pasta, const HostPath& launcher, int life, pid_t init) {
  os::Pipe pipe = TRY(os::make_pipe());
  std::vector<std::string> arguments{"hutch-launch", plan::kModeGuard, pasta.program};
  arguments.insert(arguments.end(), pasta.arguments.begin(), pasta.arguments.end());
  if (std::ranges::find(arguments, "--foreground") == arguments.end()) arguments.emplace_back("--foreground");
  arguments.insert(arguments.end(), {"--pid", "/proc/self/fd/1", std::to_string(init)});
  host::Helper helper = TRY(
      host::start_helper("pasta", {.program = launcher,
                                   .arguments = std::move(arguments),
                                   .descriptors = {{pipe.write.get(), STDOUT_FILENO}, {life, plan::kLifeDescriptor}}}));
  return StartingPasta{.helper = std::move(helper), .ready = std::move(pipe.read)};
}

}  // namespace hutch::coordinate
