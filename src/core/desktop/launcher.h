// Desktop entries and D-Bus services that start an app in its sandbox: the host's own, changed in as little as that
// takes.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/id.h"
#include "base/path.h"
#include "core/desktop/key_file.h"

namespace hutch::desktop {

inline constexpr const char* kEntryGroup = "Desktop Entry";
inline constexpr const char* kServiceGroup = "D-BUS Service";
// Key of entries and services that are ours; its value is APP or APP@BOX.
inline constexpr const char* kOwnKey = "X-Hutch-App";

struct Launcher {
  HostPath hutch;
  std::string app;                 // what `hutch run` is told: a profile's name or a program's path
  BoxName box;                     // empty: the default one
  std::string icon;                // of a box; empty: the entry's own
  std::optional<HostPath> origin;  // the entry's file, for %k
};

// The program behind a command's first word; absent when it is not installed.
using FindProgram = std::function<std::optional<HostPath>(const std::string& word)>;

// "gedit", "gedit@work"
[[nodiscard]] std::string app_word(const Launcher& launcher);

// An entry with every Exec, of its actions too, led through hutch. TryExec becomes the program's own path, so that the
// launcher goes when the program does. DBusActivatable is taken out where there is an Exec: an activation hands over
// the host's paths, a command line goes through the document portal. An entry for a box says so in its name, is no
// default handler's rival and claims no windows of the default box.
[[nodiscard]] Result<KeyFile> sandboxed_entry(KeyFile entry, const Launcher& launcher, const FindProgram& find);
// A D-Bus service without SystemdService, which would start a unit instead of Exec.
[[nodiscard]] Result<KeyFile> sandboxed_service(KeyFile service, const Launcher& launcher, const FindProgram& find);
// A program for the user's bin directory.
[[nodiscard]] std::string shim_text(const Launcher& launcher, const HostPath& program);
// One word for sh(1).
[[nodiscard]] std::string quoted_for_shell(std::string_view text);
inline constexpr const char* kShimHead = "#!/bin/sh\n# Written by 'hutch desktop export'.\n";

}  // namespace hutch::desktop
