#include "core/desktop/desktop.h"
#include "core/desktop/display.h"
#include "core/desktop/host_file.h"

namespace hutch::desktop {

// The X server's path socket and the user's cookies. The abstract socket is closed by the network namespace or, with
// the host's network, by Landlock's scope. The cookie file names the host (Xsecurity(7)), so the composer keeps the
// host's name in a sandbox with X.
Result<Part> x11(const profile::Profile& profile, const facts::Facts& facts, const Place& place) {
  Part part;
  if (!display_of(profile, facts).x11) return part;
  const BoxPath directory = BoxPath::literal("/tmp/.X11-unix");
  const HostPath& socket = *facts.desktop.x11_socket;
  if (auto bind = bind_of(facts, socket, directory / socket.name(), plan::BindAccess::kReadOnly)) {
    part.steps.emplace_back(std::move(*bind));
    part.environment.push_back("DISPLAY=" + *facts.desktop.x11_display);
  }
  if (!facts.desktop.x11_authority) return part;
  const BoxPath authority = place.runtime / "Xauthority";
  if (auto bind = bind_of(facts, *facts.desktop.x11_authority, authority, plan::BindAccess::kReadOnly)) {
    part.steps.emplace_back(std::move(*bind));
    part.environment.push_back("XAUTHORITY=" + authority.str());
  }
  return part;
}

}  // namespace hutch::desktop
