#include "core/guest/init_program.h"

#include <signal.h>

namespace hutch::guest {
namespace {

constexpr int kFirstRealTime = 34;  // as the C library numbers SIGRTMIN: signal(7), the first two are its own

}  // namespace

int stop_signal_of(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name == "systemd") return kFirstRealTime + 3;
  if (name == "busybox" || name.starts_with("busybox.")) return SIGUSR2;
  return SIGTERM;
}

}  // namespace hutch::guest
