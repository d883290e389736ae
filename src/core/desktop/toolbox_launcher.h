// Desktop entries and commands that start what is in a toolbox.
#pragma once

#include <string>

#include "base/path.h"
#include "core/desktop/key_file.h"

namespace hutch::desktop {

inline constexpr const char* kToolboxKey =
    "X-Hutch-Toolbox";  // of entries that are ours; its value is the toolbox's id
inline constexpr const char* kToolboxShimHead = "#!/bin/sh\n# Written by 'hutch toolbox export'.\n";

struct ToolboxLauncher {
  HostPath hutch;
  std::string id;    // for ever, whatever the toolbox is called
  std::string name;  // for people
};

// The app's own entry with every Exec led into the toolbox. Its words come from inside: each is written anew, quoted,
// and only keys that say how the app looks in the menu and which files it opens are kept. What desktops make of other
// keys (Path, Exec[$e], TryExec, DBusActivatable, X-KDE-SubstituteUID) is about the host.
[[nodiscard]] Result<KeyFile> toolbox_entry(KeyFile entry, const ToolboxLauncher& launcher);
// A program for the user's bin directory.
[[nodiscard]] std::string toolbox_shim(const ToolboxLauncher& launcher, const std::string& program);

}  // namespace hutch::desktop
