#include "core/desktop/display.h"

namespace hutch::desktop {

Display display_of(const profile::Profile& profile, const facts::Facts& facts) {
  const bool wants_wayland = profile.has(profile::Kind::kSocket, "wayland");
  const bool wants_x11 = profile.has(profile::Kind::kSocket, "x11");
  const bool wants_fallback = profile.has(profile::Kind::kSocket, "fallback-x11");
  const auto is_there = [&](const std::optional<HostPath>& socket) { return socket && facts.find(*socket) != nullptr; };
  Display display;
  display.wants_any = wants_wayland || wants_x11 || wants_fallback;
  display.wayland = wants_wayland && is_there(facts.desktop.wayland_socket);
  display.x11 = (wants_x11 || (wants_fallback && !display.wayland)) && facts.desktop.x11_display &&
                is_there(facts.desktop.x11_socket);
  return display;
}

}  // namespace hutch::desktop
