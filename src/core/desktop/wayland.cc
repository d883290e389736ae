#include "base/i18n.h"
#include "core/desktop/desktop.h"
#include "core/desktop/display.h"
#include "core/desktop/host_file.h"

namespace hutch::desktop {
namespace {

// The toolkits' own switches: some still try X first and give up when it is not there.
void choose_backends(const Display& display, Part& part) {
  const auto set = [&](const char* entry) { part.environment.emplace_back(entry); };
  if (display.wayland) {
    set("XDG_SESSION_TYPE=wayland");
    set(display.x11 ? "GDK_BACKEND=wayland,x11" : "GDK_BACKEND=wayland");
    set(display.x11 ? "QT_QPA_PLATFORM=wayland;xcb" : "QT_QPA_PLATFORM=wayland");
    set(display.x11 ? "SDL_VIDEODRIVER=wayland,x11" : "SDL_VIDEODRIVER=wayland");
    set("MOZ_ENABLE_WAYLAND=1");
    set("ELECTRON_OZONE_PLATFORM_HINT=auto");
  } else if (display.x11) {
    set("XDG_SESSION_TYPE=x11");
    set("GDK_BACKEND=x11");
    set("QT_QPA_PLATFORM=xcb");
    set("SDL_VIDEODRIVER=x11");
  }
}

}  // namespace

// The sandbox never gets the compositor's own socket while the compositor can make one that carries the sandbox's name
// (wp_security_context_v1): the coordinator makes it at INSTANCE/wayland/socket. Only where that file is missing does
// the launcher take the fallback.
Result<Part> wayland(const profile::Profile& profile, const facts::Facts& facts, const Place& place) {
  Part part;
  const Display display = display_of(profile, facts);
  if (display.wants_any && !display.wayland && !display.x11) {
    const bool wants_wayland = profile.has(profile::Kind::kSocket, "wayland");
    return failure(ErrorKind::kUnavailable,
                   wants_wayland ? _("there is no Wayland socket for the program's windows")
                                 : _("there is no X server for the program's windows"),
                   wants_wayland ? _("start it inside a Wayland session, or set WAYLAND_DISPLAY; for a program without "
                                     "windows add --nosocket=wayland or use --profile cli")
                                 : _("start it inside an X session, or set DISPLAY"));
  }
  choose_backends(display, part);
  if (!display.wayland) return part;
  const HostPath socket = place.instance_directory / "wayland/socket";
  const facts::PathFact& compositor = *facts.find(*facts.desktop.wayland_socket);
  part.helpers.push_back(plan::WaylandContext{.compositor = compositor.real, .socket = socket});
  part.late_steps.push_back(plan::Bind{.source = socket,
                                       .target = place.runtime / "wayland-0",
                                       .type = FileType::kSocket,
                                       .access = plan::BindAccess::kReadOnly,
                                       .identity = compositor.identity,
                                       .fallback = compositor.real});
  part.environment.emplace_back("WAYLAND_DISPLAY=wayland-0");
  return part;
}

}  // namespace hutch::desktop
