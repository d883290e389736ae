// Ways into an app that other programs take for the user: what opens a type or a link, and $BROWSER.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/desktop_apps.h"

namespace hutch::app {

struct DefaultWay {
  std::string kind;  // "default", "browser"
  std::string name;  // the type, or the command
  HostPath file;     // who says so; a command's program
  bool is_boxed = false;
};

// Types and schemes whose default is an entry of this app (MIME Applications Associations Specification): they follow
// the entry of that id, so an exported one is boxed.
[[nodiscard]] std::vector<DefaultWay> default_handlers(const facts::Facts& facts, const DesktopApp& app,
                                                       const std::vector<host::Way>& ways);
// The commands of $BROWSER that start this app.
[[nodiscard]] std::vector<DefaultWay> browser_commands(const facts::Facts& facts, const DesktopApp& app);

// A file of environment.d(5) that makes $BROWSER the app's shim from the next login on, where it names the program
// itself by path.
[[nodiscard]] std::optional<host::WantedFile> browser_file(const facts::Facts& facts, const DesktopApp& app);

}  // namespace hutch::app
