// Desktop entries. keyfile.cc is the only file that includes glib.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/path.h"

namespace hutch::host {

struct DesktopFile {
  std::string id;  // without ".desktop"
  std::string name;
  std::vector<std::string> command;  // Exec without field codes
  std::string icon;
  std::string startup_window_class;
  bool is_bus_activatable = false;
  std::vector<std::string> categories;
  bool wants_terminal = false;
  bool is_shown = true;      // in menus
  std::string snap;          // its name, when the entry starts one
  std::string flatpak;       // likewise
  bool is_exported = false;  // written by `desktop export`: it starts hutch
};

// The first APPLICATIONS/ID.desktop in these directories, in their order, exported ones left out; absent when there is
// none or the first is Hidden (Desktop Entry Specification: "equivalent to the file not existing"). An entry that
// cannot be read is an error.
[[nodiscard]] Result<std::optional<DesktopFile>> read_desktop_entry(const std::string& id,
                                                                    const std::vector<HostPath>& data_directories);

// An Exec value as argv: unquoted, field codes taken out (%% is a percent sign).
[[nodiscard]] Result<std::vector<std::string>> split_exec(const std::string& exec);

}  // namespace hutch::host
