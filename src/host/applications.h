// The ways into programs that a desktop offers: menu entries, D-Bus services and autostart entries, those of the user
// first, as launchers and the bus choose among files of one name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/desktop/key_file.h"
#include "core/desktop/launcher.h"
#include "core/facts/facts.h"
#include "host/exports.h"
#include "host/program_file.h"

namespace hutch::host {

enum class WayKind : std::uint8_t { kMenu, kActivation, kAutostart };

struct Way {
  WayKind kind = WayKind::kMenu;
  std::string name;          // desktop id, bus name, autostart file's id
  HostPath source;           // the file that counts without hutch
  HostPath place;            // the user's file of that name: it counts before all others
  desktop::KeyFile content;  // of `source`
  ProgramFile program;
  bool is_shown = true;       // in menus
  bool is_boxed = false;      // what counts now starts it through hutch
  bool starts_hutch = false;  // so does `source`: somebody wrote that by hand
};

// All ways whose program is installed; files of exports give way to what was there before them. Sorted by kind and
// name.
[[nodiscard]] Result<std::vector<Way>> find_ways(const facts::Facts& facts, const std::vector<Export>& exports);
// $PATH without our shims, an absolute path, or nothing.
[[nodiscard]] std::optional<HostPath> installed_program(const std::string& word);
// Where files of system entries and services lie, for whoever watches them.
[[nodiscard]] std::vector<HostPath> watched_directories(const facts::Facts& facts);

}  // namespace hutch::host
