#include "host/editor.h"

#include <cstdlib>

#include "base/i18n.h"
#include "base/text.h"
#include "host/program_file.h"
#include "host/queries.h"
#include "os/process.h"

namespace hutch::host {
namespace {

std::string editor_command() {
  for (const char* const name : {"VISUAL", "EDITOR"}) {
    const char* const value = ::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return find_command("editor") ? "editor" : "vi";
}

}  // namespace

Status edit_file(const HostPath& file) {
  const std::string command = editor_command();
  // Editors are set with arguments ("code --wait"), which only a shell splits as the user wrote them.
  const os::SpawnOptions options{.program = HostPath::literal("/bin/sh"),
                                 .arguments = {"sh", "-c", command + " \"$1\"", "sh", file.str()},
                                 .environment = own_environment(),
                                 .descriptors = {},
                                 .new_session = false};
  os::Process editor = TRY(os::Process::spawn(options));
  const os::Ending ending = TRY(editor.wait());
  if (!ending.was_signalled && ending.value == 0) return {};
  return failure(ErrorKind::kUnavailable, text::format(_("the editor '%s' failed"), text::printable(command).c_str()),
                 _("set EDITOR to the one you use"));
}

}  // namespace hutch::host
