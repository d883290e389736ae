#include "coordinate/answers.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "core/plan/wire.h"
#include "core/profile/derive.h"
#include "core/profile/parse.h"
#include "host/app_images.h"
#include "host/clues.h"
#include "host/doctor_bus.h"
#include "host/documents.h"
#include "host/keyfile.h"
#include "host/probe.h"
#include "host/seccomp_compile.h"
#include "host/user_bus.h"
#include "os/file.h"

namespace hutch::coordinate {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string session_bus() {
  std::string address = variable("DBUS_SESSION_BUS_ADDRESS");
  if (address.empty()) address = "unix:path=" + variable("XDG_RUNTIME_DIR") + "/bus";
  return address;
}

// XDG Base Directory Specification: the user's first, then $XDG_DATA_DIRS; relative entries are ignored.
std::vector<HostPath> data_directories() {
  std::string home = variable("XDG_DATA_HOME");
  if (home.empty()) home = variable("HOME") + "/.local/share";
  std::string rest = variable("XDG_DATA_DIRS");
  if (rest.empty()) rest = "/usr/local/share:/usr/share";
  std::vector<HostPath> result;
  const std::string all = home + ":" + rest;
  for (const std::string_view entry : text::split(all, ':')) {
    if (auto path = HostPath::parse(entry)) result.push_back(std::move(*path));
  }
  return result;
}

const char* word_of(doctor::Verdict verdict) {
  switch (verdict) {
    case doctor::Verdict::kWorks:
      return "works";
    case doctor::Verdict::kMissing:
      return "missing";
    case doctor::Verdict::kBroken:
      return "broken";
    case doctor::Verdict::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace

Result<std::string> answer_seccomp() {
  const std::string bytes = TRY(os::read_all(0, plan::kWireLimit));
  const plan::Plan plan = TRY(plan::decode_plan(bytes));
  return host::compile_seccomp(plan.seccomp);
}

Result<std::string> answer_desktop_entry(const std::string& id) {
  const auto entry = TRY(host::read_desktop_entry(id, data_directories()));
  if (!entry) return format_json(Json::object());
  return format_json(Json{{"id", entry->id},
                          {"name", entry->name},
                          {"exec", entry->command},
                          {"icon", entry->icon},
                          {"snap", entry->snap},
                          {"flatpak", entry->flatpak},
                          {"startup_wm_class", entry->startup_window_class},
                          {"dbus_activatable", entry->is_bus_activatable}});
}

Result<std::string> answer_derive(const std::string& program) {
  const HostPath path = TRY(HostPath::parse(program));
  const auto layer = profile::derive(host::gather_clues(path, data_directories()));
  return layer ? profile::format_profile(*layer) : std::string();
}

Result<std::string> answer_documents(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return failure(ErrorKind::kUsage, _("usage: hutch-coordinator documents APPID ro:PATH..."));
  const AppId app = TRY(AppId::parse(arguments.front()));
  std::vector<plan::DocumentGrant> grants;
  for (auto argument = arguments.begin() + 1; argument != arguments.end(); ++argument) {
    const bool is_writable = argument->starts_with("rw:");
    if (!is_writable && !argument->starts_with("ro:")) {
      return failure(ErrorKind::kUsage, _("usage: hutch-coordinator documents APPID ro:PATH..."));
    }
    grants.push_back({.file = TRY(HostPath::parse(argument->substr(3))), .is_writable = is_writable});
  }
  if (grants.empty()) TRY(host::document_directory(session_bus()));  // starts the portal
  const std::vector<std::string> paths = TRY(host::share_documents(session_bus(), app, grants));
  return format_json(Json{{"paths", paths}});
}

Result<std::string> answer_syscalls(const std::vector<std::string>& arguments) {
  std::string names;
  for (const std::string& argument : arguments) {
    std::uint32_t architecture = 0;
    const std::size_t colon = std::min(argument.find(':'), argument.size());
    const char* const end = argument.data() + colon;
    const bool is_read = std::from_chars(argument.data(), end, architecture, 16).ptr == end;
    const auto number = text::parse_number(argument.substr(std::min(colon + 1, argument.size())), UINT32_MAX);
    if (!is_read || !number)
      return failure(ErrorKind::kUsage, _("usage: hutch-coordinator syscalls ARCHITECTURE:NUMBER..."));
    names += host::name_of_call(architecture, static_cast<std::uint32_t>(*number)) + "\n";
  }
  return names;
}

Result<std::string> answer_doctor() {
  Json list = Json::array();
  const auto runtime = HostPath::parse(variable("XDG_RUNTIME_DIR"));
  const host::DoctorPlace place{.runtime_directory = runtime ? std::optional(*runtime) : std::nullopt,
                                .session_bus = session_bus(),
                                .system_bus = variable("DBUS_SYSTEM_BUS_ADDRESS"),
                                .wayland_display = variable("WAYLAND_DISPLAY")};
  for (const doctor::Observation& observation : host::observe_buses(place)) {
    list.push_back(
        Json{{"name", observation.name}, {"verdict", word_of(observation.verdict)}, {"detail", observation.detail}});
  }
  return format_json(Json{{"observations", std::move(list)}});
}

Result<std::string> answer_choice(const std::vector<std::string>& arguments) {
  constexpr std::chrono::seconds kPatience{120};
  std::vector<std::pair<std::string, std::string>> choices;
  for (auto argument = arguments.begin() + 2; argument != arguments.end(); ++argument) {
    const std::size_t equals = std::min(argument->find('='), argument->size());
    choices.emplace_back(argument->substr(0, equals), argument->substr(std::min(equals + 1, argument->size())));
  }
  host::UserBus bus = TRY(host::UserBus::open(session_bus()));
  return bus.choose(arguments[0], arguments[1], choices, kPatience);
}

Status reload_bus() {
  host::UserBus bus = TRY(host::UserBus::open(session_bus()));
  return bus.reload_configuration();
}

Status unpack(const std::string& image) {
  facts::Facts facts = TRY(host::probe());
  const HostPath path = TRY(HostPath::parse(image));
  return host::unpack_app_image(facts, path);
}

Status notify(const std::string& title, const std::string& text) {
  host::UserBus bus = TRY(host::UserBus::open(session_bus()));
  return bus.notify(title, text);
}

}  // namespace hutch::coordinate
