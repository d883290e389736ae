// A profile for a program that nobody wrote one for, from what its package tells about it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/profile/model.h"

namespace hutch::profile {

// What is known of a program. Names come from packages that root installed; none is trusted to be well formed.
struct Clues {
  HostPath program;                     // without symlinks
  std::string package;                  // empty: unknown
  std::string desktop;                  // its desktop entry's id; empty: none
  std::string title;                    // the entry's name
  std::vector<std::string> categories;  // of the entry
  bool is_for_terminal = false;         // the entry wants a terminal
  std::set<std::string> linked;         // libraries that the program and its parts name (DT_NEEDED)
  std::set<std::string> loaded;         // those and all that they name in turn
  std::set<std::string> required;       // packages its package depends on
  std::vector<std::string> bus_names;   // that its package can be started by, or that stand in the program itself
  std::vector<std::string> services;    // system services of the packages it depends on
  std::vector<std::string> daemons;     // those of them that are made from the same source as the program
  bool insists_on_x11 = false;          // chooses GDK's backend itself
  std::vector<HostPath> settings;       // its packages' own directories and files below /etc
  bool is_electron = false;             // Chromium's resources lie beside it
  bool has_qt_wayland = false;          // the host has Qt's plugin for the Qt it links
};

// Absent for programs that show nothing: they are no apps. The profile is named after the program, and after its
// directory too when that is not /usr/bin.
[[nodiscard]] std::optional<Layer> derive(const Clues& clues);

}  // namespace hutch::profile
