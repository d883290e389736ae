#include "core/compose/service.h"

#include "core/desktop/host_file.h"

namespace hutch::compose {
namespace {

void add_notify_socket(const Scene& scene, desktop::Part& part) {
  if (!scene.launch.notify_socket) return;
  const auto target = BoxPath::parse(scene.launch.notify_socket->str());
  if (!target) return;
  auto bind = desktop::bind_of(scene.facts, *scene.launch.notify_socket, *target, plan::BindAccess::kReadOnly);
  if (!bind) return;
  part.steps.emplace_back(std::move(*bind));
  part.environment.push_back("NOTIFY_SOCKET=" + target->str());
  // Without WATCHDOG_PID, which is a pid outside: sd_watchdog_enabled(3).
  if (!scene.launch.watchdog.empty()) part.environment.push_back("WATCHDOG_USEC=" + scene.launch.watchdog);
}

// LISTEN_PID, without which none of it counts, is the launcher's to add: it is the pid inside.
void add_sockets(const Scene& scene, desktop::Part& part) {
  if (scene.launch.sockets.empty()) return;
  part.environment.push_back("LISTEN_FDS=" + std::to_string(scene.launch.sockets.size()));
  if (!scene.launch.socket_names.empty()) part.environment.push_back("LISTEN_FDNAMES=" + scene.launch.socket_names);
}

}  // namespace

desktop::Part service(const Scene& scene) {
  desktop::Part part;
  add_notify_socket(scene, part);
  add_sockets(scene, part);
  return part;
}

}  // namespace hutch::compose
