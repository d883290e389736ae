// Which ways of the desktop lead to an app, and the files that lead them through its sandbox.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/desktop/launcher.h"
#include "core/facts/facts.h"
#include "core/profile/request.h"
#include "host/applications.h"
#include "host/exports.h"

namespace hutch::app {

// One app in one of its boxes, as exports know it.
struct DesktopApp {
  desktop::Launcher launcher;
  AppId id;
  std::set<std::string> names;  // desktop ids and bus names
  std::set<HostPath> programs;
};

[[nodiscard]] Result<DesktopApp> identify(const facts::Facts& facts, const profile::Request& request);
// "gedit", "gedit@work", "/usr/bin/tool"; and back.
[[nodiscard]] std::string export_name(const DesktopApp& app);
[[nodiscard]] Result<profile::Request> request_of(const std::string& export_name);

[[nodiscard]] bool leads_to(const host::Way& way, const DesktopApp& app);
// Commands in $PATH that start the app: their programs.
[[nodiscard]] std::vector<HostPath> commands_of(const DesktopApp& app);
[[nodiscard]] HostPath shim_place(const facts::Facts& facts, const HostPath& command);

// All files of an app's export. A box has menu entries alone: a bus name, a command and what starts with the session
// belong to the default one.
struct ExportOptions {
  bool has_shims = true;
};
[[nodiscard]] Result<std::vector<host::WantedFile>> wanted_files(const facts::Facts& facts, const DesktopApp& app,
                                                                 const std::vector<host::Way>& ways,
                                                                 const ExportOptions& options);

}  // namespace hutch::app
