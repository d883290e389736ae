#include "host/doctor_bus.h"

#include <unistd.h>

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "host/proxy_probe.h"
#include "host/scope.h"
#include "host/user_bus.h"
#include "host/wayland_context.h"
#include "os/file.h"
#include "os/pipe.h"

namespace hutch::host {
namespace {

using doctor::Observation;
using doctor::Verdict;

constexpr const char* kDesktop = "org.freedesktop.portal.Desktop";
constexpr const char* kDesktopPath = "/org/freedesktop/portal/desktop";
constexpr const char* kDocuments = "org.freedesktop.portal.Documents";
constexpr const char* kDocumentsPath = "/org/freedesktop/portal/documents";

Observation observation(const char* name, Verdict verdict, std::string detail = {}) {
  return {.name = name, .verdict = verdict, .detail = std::move(detail)};
}

Observation failed(const char* name, const Error& error, Verdict verdict = Verdict::kMissing) {
  return observation(name, verdict, error.describe());
}

// By doing: a scope around a process of ours that waits, and what its cgroup was given.
void observe_user_manager(const DoctorPlace& place, std::vector<Observation>& result) {
  if (!place.runtime_directory) {
    result.push_back(observation("user-manager", Verdict::kMissing, _("XDG_RUNTIME_DIR is not set")));
    return;
  }
  const auto control_group = try_scope(*place.runtime_directory);
  if (!control_group) {
    result.push_back(failed("user-manager", control_group.error()));
    return;
  }
  result.push_back(observation("user-manager", Verdict::kWorks));
  const std::vector<std::string> controllers = controllers_of(*control_group);
  const bool has_all = std::ranges::all_of(std::vector<std::string>{"cpu", "memory", "pids"}, [&](const auto& wanted) {
    return std::ranges::find(controllers, wanted) != controllers.end();
  });
  const Verdict verdict = has_all ? Verdict::kWorks : controllers.empty() ? Verdict::kMissing : Verdict::kBroken;
  result.push_back(observation("cgroup-delegation", verdict, text::join(controllers, " ")));
  const bool has_io = std::ranges::find(controllers, "io") != controllers.end();
  result.push_back(observation("disk-delegation", has_io ? Verdict::kWorks : Verdict::kMissing));
}

Observation observe_bus(const char* name, const std::string& address) {
  const auto bus = UserBus::open(address);
  return bus ? observation(name, Verdict::kWorks, text::printable(address)) : failed(name, bus.error());
}

void observe_portals(const std::string& address, std::vector<Observation>& result) {
  auto bus = UserBus::open(address);
  if (!bus) return;  // the session bus's own line says so
  const auto observe = [&](const char* name, const char* service, const char* path,
                           const std::vector<const char*>& faces) {
    const auto is_there = bus->is_activatable(service);
    if (!is_there || !*is_there) {
      result.push_back(observation(name, Verdict::kMissing));
      return;
    }
    std::vector<std::string> versions;
    for (const char* const face : faces) {
      const auto version =
          bus->number_property(service, path, std::string("org.freedesktop.portal.") + face, "version");
      if (!version) {
        result.push_back(failed(name, version.error(), Verdict::kBroken));
        return;
      }
      versions.push_back(text::format("%s %u", face, *version));
    }
    result.push_back(observation(name, Verdict::kWorks, text::join(versions, ", ")));
  };
  observe("portal", kDesktop, kDesktopPath, {"Settings", "OpenURI", "Inhibit"});
  observe("document-portal", kDocuments, kDocumentsPath, {"Documents"});
}

void observe_proxy(const DoctorPlace& place, std::vector<Observation>& result) {
  const HostPath program = HostPath::literal("/usr/bin/xdg-dbus-proxy");
  if (!os::exists(program)) return;  // the facts tell that it is missing
  const HostPath directory = place.runtime_directory.value_or(HostPath::literal("/tmp"));
  for (Observation& probe : probe_bus_proxy(program, directory)) result.push_back(std::move(probe));
}

// By doing: a context of our own, which ends with this process.
Result<bool> offers_security_context(const HostPath& compositor, const HostPath& runtime_directory) {
  const HostPath socket = runtime_directory / text::format("hutch-doctor-%d", ::getpid());
  const os::Pipe life = TRY(os::make_pipe());
  const Result<bool> opened =
      open_wayland_context({.compositor = compositor, .socket = socket}, TRY(AppId::parse("hutch.app.doctor")),
                           TRY(InstanceId::parse("doctor")), life.read.get());
  (void)os::remove_tree(socket);  // there is none when the compositor does not offer the protocol
  return opened;
}

void observe_wayland(const DoctorPlace& place, std::vector<Observation>& result) {
  if (!place.runtime_directory) return;
  const std::string name = place.wayland_display.empty() ? "wayland-0" : place.wayland_display;
  const auto socket = name.starts_with('/') ? HostPath::parse(name) : place.runtime_directory->join(name);
  if (!socket || !os::exists(*socket)) return;  // no compositor: the facts tell
  const auto offered = offers_security_context(*socket, *place.runtime_directory);
  if (!offered) {
    result.push_back(failed("wayland-security-context", offered.error(), Verdict::kUnknown));
    return;
  }
  result.push_back(observation("wayland-security-context", *offered ? Verdict::kWorks : Verdict::kMissing));
}

}  // namespace

std::vector<Observation> observe_buses(const DoctorPlace& place) {
  std::vector<Observation> result;
  observe_user_manager(place, result);
  result.push_back(observe_bus("session-bus", place.session_bus));
  result.push_back(
      observe_bus("system-bus", place.system_bus.empty() ? "unix:path=/run/dbus/system_bus_socket" : place.system_bus));
  observe_proxy(place, result);
  observe_portals(place.session_bus, result);
  observe_wayland(place, result);
  return result;
}

}  // namespace hutch::host
