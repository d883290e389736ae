#include "base/text.h"
#include "guest/files.h"
#include "guest/setup_parts.h"

namespace hutch::guest {
namespace {

constexpr std::size_t kZoneLimit = 64u << 10;

// Files that follow the host, until somebody puts another one there.
void follow_host(const Work& work, const char* path, const char* target) {
  if (work.is_first() || !is_there(path)) Work::tolerate(keep_link(path, target));
}

Status set_timezone(const std::string& zone) {
  const std::string below = "usr/share/zoneinfo/" + zone;
  if (is_there(("/" + below).c_str())) {
    TRY(keep_link("/etc/localtime", ("../" + below).c_str()));
  } else if (const auto rules = TRY(read_text("/run/hutch/localtime", kZoneLimit))) {
    TRY(remove_file("/etc/localtime"));  // a link would be followed
    TRY(keep_text("/etc/localtime", *rules, 0644));
  }
  return keep_text("/etc/timezone", zone + "\n", 0644);
}

Status set_machine_id(const std::string& id) {
  constexpr std::size_t kLimit = 4096;
  const auto text = TRY(read_text("/etc/machine-id", kLimit));
  const std::string_view present = text::trim(text ? std::string_view(*text) : std::string_view());
  if (!present.empty() && present != "uninitialized") return {};  // machine-id(5)
  return keep_text("/etc/machine-id", id + "\n", 0444);
}

}  // namespace

void name_machine(Work& work) {
  const Settings& settings = work.settings;
  const bool has_new_name = work.changes("hostname", settings.hostname) || is_empty("/etc/hostname");
  if (!settings.hostname.empty() && has_new_name) {
    Work::tolerate(keep_text("/etc/hostname", settings.hostname + "\n", 0644));
  }
  follow_host(work, "/etc/hosts", "/run/hutch/hosts");
  follow_host(work, "/etc/resolv.conf", "/run/hutch/resolv.conf");
  const bool has_new_zone = !settings.timezone.empty() && work.changes("timezone", settings.timezone);
  if (has_new_zone) Work::tolerate(set_timezone(settings.timezone));
  if (!settings.machine_id.empty()) Work::tolerate(set_machine_id(settings.machine_id));
  if (is_directory("/var/lib/dbus") && !is_there("/var/lib/dbus/machine-id")) {
    Work::tolerate(keep_link("/var/lib/dbus/machine-id", "/etc/machine-id"));
  }
}

}  // namespace hutch::guest
