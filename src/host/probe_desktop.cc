#include <fcntl.h>
#include <sys/stat.h>

#include "base/text.h"
#include "host/probe_parts.h"
#include "os/file.h"
#include "os/socket.h"

namespace hutch::host {
namespace {

using facts::Desktop;

std::optional<HostPath> if_socket(Result<HostPath> path) {
  if (!path || !is_socket(*path)) return std::nullopt;
  return std::move(*path);
}

// A socket named by a variable, either absolute or in the runtime directory.
std::optional<HostPath> named_socket(const char* name, const char* fallback, const HostPath& runtime) {
  const std::string value = variable(name).value_or(fallback);
  if (value.starts_with("/")) return if_socket(HostPath::parse(value));
  if (value.find('/') != std::string::npos) return std::nullopt;
  return if_socket(runtime.join(value));
}

// X(7): [unix]:NUMBER[.SCREEN] is a local display; anything with a host name is not passed on.
void probe_x11(Desktop& desktop, const facts::User& user) {
  const auto display = variable("DISPLAY");
  if (!display) return;
  std::string_view name = *display;
  if (name.starts_with("unix:")) name.remove_prefix(4);
  if (!name.starts_with(":")) return;
  const std::string_view digits = name.substr(1, name.find('.') - 1);
  constexpr unsigned long long kDisplayLimit = 65535;
  const auto number = text::parse_number(digits, kDisplayLimit);
  if (!number) return;
  desktop.x11_socket = if_socket(HostPath::literal("/tmp/.X11-unix").join(text::format("X%llu", *number)));
  if (!desktop.x11_socket) return;
  desktop.x11_display = text::format(":%llu", *number);
  const HostPath authority = path_variable("XAUTHORITY").value_or(user.home / ".Xauthority");
  if (os::exists(authority)) desktop.x11_authority = authority;
}

// PULSE_SERVER holds words like "{machine}unix:/path", "unix:/path", "/path" or "tcp:host"; only local ones are taken.
void probe_pulse(Desktop& desktop, const facts::User& user, const facts::Directories& directories) {
  if (const auto servers = variable("PULSE_SERVER")) {
    for (std::string_view word : text::split(*servers, ' ')) {
      if (word.starts_with("{")) word.remove_prefix(std::min(word.find('}') + 1, word.size()));
      if (word.starts_with("unix:")) word.remove_prefix(5);
      if (!desktop.pulse_socket && word.starts_with("/")) desktop.pulse_socket = if_socket(HostPath::parse(word));
    }
  } else {
    desktop.pulse_socket = if_socket(directories.runtime / "pulse/native");
  }
  const auto named = path_variable("PULSE_COOKIE");
  for (const HostPath& cookie : {named.value_or(directories.config / "pulse/cookie"), user.home / ".pulse-cookie"}) {
    if (!desktop.pulse_cookie && os::exists(cookie)) desktop.pulse_cookie = cookie;
  }
}

void probe_buses(Desktop& desktop, const HostPath& runtime) {
  desktop.session_bus = variable("DBUS_SESSION_BUS_ADDRESS");
  if (!desktop.session_bus && is_socket(runtime / "bus")) desktop.session_bus = "unix:path=" + (runtime / "bus").str();
  desktop.system_bus = variable("DBUS_SYSTEM_BUS_ADDRESS");
  const HostPath system = HostPath::literal("/run/dbus/system_bus_socket");
  if (!desktop.system_bus && is_socket(system)) desktop.system_bus = "unix:path=" + system.str();
  desktop.accessibility_bus = variable("AT_SPI_BUS_ADDRESS");
  for (const char* const name : {"at-spi/bus", "at-spi/bus_0"}) {
    if (desktop.accessibility_bus || !is_socket(runtime / name)) continue;
    desktop.accessibility_bus = "unix:path=" + (runtime / name).str();
  }
}

// Whether something is mounted at `path`, without asking a FUSE daemon that may hang (statx(2), AT_STATX_DONT_SYNC).
bool is_mount_point(const HostPath& path) {
  const auto mount_of = [](const HostPath& at) -> std::optional<std::uint64_t> {
    struct statx status {};
    const int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
    if (::statx(AT_FDCWD, at.c_str(), flags, STATX_MNT_ID, &status) != 0) return std::nullopt;
    return status.stx_mnt_id;
  };
  const auto here = mount_of(path);
  return here && here != mount_of(path.parent());
}

bool probe_document_portal(const Desktop& desktop, const facts::Directories& directories) {
  if (is_mount_point(directories.runtime / "doc")) return true;
  if (!desktop.session_bus) return false;
  for (const HostPath& data : directories.data_search) {
    if (os::exists(data / "dbus-1/services/org.freedesktop.portal.Documents.service")) return true;
  }
  return false;
}

}  // namespace

bool is_socket(const HostPath& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

Desktop probe_desktop(const facts::User& user, const facts::Directories& directories) {
  const HostPath& runtime = directories.runtime;
  Desktop desktop;
  desktop.wayland_socket = named_socket("WAYLAND_DISPLAY", "wayland-0", runtime);
  probe_x11(desktop, user);
  probe_pulse(desktop, user, directories);
  desktop.pipewire_socket = named_socket("PIPEWIRE_REMOTE", "pipewire-0", runtime);
  if (const auto agent = path_variable("SSH_AUTH_SOCK")) desktop.ssh_agent = if_socket(*agent);
  probe_buses(desktop, runtime);
  desktop.current_desktop = variable("XDG_CURRENT_DESKTOP");
  desktop.has_user_manager = os::connect_stream(runtime / "systemd/private").has_value();
  desktop.has_document_portal = probe_document_portal(desktop, directories);
  return desktop;
}

}  // namespace hutch::host
