#include "host/desktop_units.h"

#include "core/instance/unit_file.h"
#include "host/applications.h"
#include "host/queries.h"
#include "os/process.h"

namespace hutch::host {
namespace {

constexpr const char* kExportName = ".units";
constexpr const char* kPathUnit = "hutch-desktop.path";
constexpr const char* kServiceUnit = "hutch-desktop.service";
constexpr const char* kSystemctl = "/usr/bin/systemctl";

std::string path_text(const std::vector<HostPath>& directories) {
  std::string text = "# Written by 'hutch desktop export' and removed with the last export.\n[Unit]\n";
  text += "Description=Programs whose launchers hutch exported\nDocumentation=man:hutch(1)\n\n[Path]\n";
  for (const HostPath& directory : directories) text += "PathChanged=" + directory.str() + "\n";
  return text + "\n[Install]\nWantedBy=default.target\n";
}

// Packages come with many files at once: the pause lets all of them be there, and changes during it are seen. More
// starts than systemd's limit would end the watch.
std::string service_text(const HostPath& program) {
  return "# Written by 'hutch desktop export' and removed with the last export.\n[Unit]\n"
         "Description=Refresh launchers that hutch exported\nDocumentation=man:hutch(1)\nStartLimitIntervalSec=0\n\n"
         "[Service]\nType=oneshot\nExecStartPre=/bin/sleep 2\nExecStart=" +
         instance::quote_word(program.str()) + " desktop refresh\n";
}

void ask_manager(const facts::Facts& facts, std::vector<std::string> words) {
  if (!facts.desktop.has_user_manager) return;
  std::vector<std::string> arguments = {"systemctl", "--user", "--quiet"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  (void)os::run_and_capture({.program = HostPath::literal(kSystemctl),
                             .arguments = std::move(arguments),
                             .environment = own_environment(),
                             .descriptors = {},
                             .new_session = false},
                            kExportedFileLimit);
}

}  // namespace

Status keep_watch(const facts::Facts& facts, ExportChanges& changes) {
  const HostPath directory = facts.directories.config / "systemd/user";
  const std::vector<WantedFile> wanted = {
      {.path = directory / kPathUnit, .content = path_text(watched_directories(facts)), .mode = 0644},
      {.path = directory / kServiceUnit, .content = service_text(TRY(own_program())), .mode = 0644}};
  ExportChanges own;
  Export units = TRY(read_export(facts, kExportName));
  TRY(put_export(facts, std::move(units), wanted, own));
  changes.left.insert(changes.left.end(), own.left.begin(), own.left.end());
  if (own.written.empty()) return {};
  ask_manager(facts, {"daemon-reload"});
  ask_manager(facts, {"enable", kPathUnit});
  ask_manager(facts, {"restart", kPathUnit});
  return {};
}

Status end_watch(const facts::Facts& facts, ExportChanges& changes) {
  const Export units = TRY(read_export(facts, kExportName));
  if (units.files.empty()) return {};
  ask_manager(facts, {"disable", "--now", kPathUnit});
  ExportChanges own;
  TRY(take_back_export(facts, units, own));
  changes.left.insert(changes.left.end(), own.left.begin(), own.left.end());
  ask_manager(facts, {"daemon-reload"});
  return {};
}

void reload_services(const facts::Facts& facts) {
  if (facts.desktop.session_bus) (void)ask_reload();
}

}  // namespace hutch::host
