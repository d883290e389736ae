// hutch-launch: performs a Sandbox and knows nothing else. Started by hutch and hutch-coordinator only; what it is
// given is in core/plan/channel.h.
#include <sys/auxv.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "launch/failure.h"
#include "launch/guard.h"
#include "launch/init.h"
#include "launch/setup.h"
#include "launch/supervise.h"

int main(int argc, char** argv, char** environment) {
  using namespace hutch;
  const std::string_view mode = argc > 1 ? argv[1] : "";
  const auto refuse = [](int error) {
    launch::end_with_line({.stage = plan::Stage::kInherit, .step = -1, .error = error});
  };
  if (::getauxval(AT_SECURE) != 0) refuse(EPERM);  // never setuid, never with file capabilities
  if (mode == plan::kModeGuard) return launch::guard(argv + 2, environment);
  const launch::Start start = launch::take_start(argc, argv, environment);
  if (mode == plan::kModeSupervise) return launch::supervise(start);
  if (mode == plan::kModeInit && ::getpid() == 1) launch::run_init(start);
  if (mode == plan::kModeHelper) launch::run_helper(start);
  refuse(EINVAL);
}
