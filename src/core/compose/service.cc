#include "core/compose/service.h"

#include "core/desktop/host_file.h"

namespace hutch::compose {

desktop::Part service(const Scene& scene) {
  desktop::Part part;
  if (!scene.launch.notify_socket) return part;
  const auto target = BoxPath::parse(scene.launch.notify_socket->str());
  if (!target) return part;
  auto bind = desktop::bind_of(scene.facts, *scene.launch.notify_socket, *target, plan::BindAccess::kReadOnly);
  if (!bind) return part;
  part.steps.emplace_back(std::move(*bind));
  part.environment.push_back("NOTIFY_SOCKET=" + target->str());
  // Without WATCHDOG_PID, which is a pid outside: sd_watchdog_enabled(3).
  if (!scene.launch.watchdog.empty()) part.environment.push_back("WATCHDOG_USEC=" + scene.launch.watchdog);
  return part;
}

}  // namespace hutch::compose
