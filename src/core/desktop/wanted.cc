#include "core/desktop/agents.h"
#include "core/desktop/desktop.h"
#include "core/desktop/device_files.h"
#include "core/desktop/look_files.h"

namespace hutch::desktop {

std::vector<HostPath> wanted_paths(const profile::Profile& profile, const facts::Facts& facts) {
  std::vector<HostPath> paths;
  const facts::Desktop& desktop = facts.desktop;
  const auto add = [&](const std::optional<HostPath>& path) {
    if (path) paths.push_back(*path);
  };
  const auto has = [&](const char* name) { return profile.has(profile::Kind::kSocket, name); };
  const bool has_x11 = has("x11") || has("fallback-x11");
  if (has("wayland")) add(desktop.wayland_socket);
  if (has_x11) add(desktop.x11_socket);
  if (has_x11) add(desktop.x11_authority);
  if (has("pulseaudio")) add(desktop.pulse_socket);
  if (has("pulseaudio")) add(desktop.pulse_cookie);
  if (has("pipewire")) add(desktop.pipewire_socket);
  if (has("wayland") || has_x11) {
    for (const LookFile& file : look_files(facts)) paths.push_back(file.host);
  }
  for (const AgentSocket& socket : agent_sockets(profile, facts, BoxPath())) paths.push_back(socket.host);
  const DeviceFiles files = device_files(profile, facts);
  paths.insert(paths.end(), files.nodes.begin(), files.nodes.end());
  paths.insert(paths.end(), files.system.begin(), files.system.end());
  return paths;
}

}  // namespace hutch::desktop
