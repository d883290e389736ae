#include "core/desktop/toolbox_launcher.h"

#include "base/i18n.h"
#include "base/text.h"
#include "core/desktop/exec.h"
#include "core/desktop/launcher.h"

namespace hutch::desktop {

Result<KeyFile> toolbox_entry(KeyFile entry, const ToolboxLauncher& launcher) {
  const bool begins_well = !entry.groups.empty() && entry.groups.front().name == kEntryGroup;
  if (!begins_well) return failure(ErrorKind::kInvalid, _("does not begin with [Desktop Entry]"));
  std::string prefix;
  for (const std::string& word : {launcher.hutch.str(), std::string("enter"), launcher.id, std::string("--")}) {
    prefix += exec_word(word) + " ";
  }
  for (KeyGroup& group : entry.groups) {
    for (KeyLine& line : group.lines) {
      if (line.key != "Exec") continue;
      TRY(split_command(line.value));  // what no launcher could run, it would not run in a toolbox either
      const std::string value = prefix + line.value;
      line = {.text = "Exec=" + value, .key = "Exec", .value = value};
    }
  }
  KeyGroup& main = entry.groups.front();
  for (KeyLine& line : main.lines) {
    if (line.key != "Name" && !line.key.starts_with("Name[")) continue;
    line.value += " (" + escape(launcher.name) + ")";
    line.text = line.key + "=" + line.value;
  }
  remove(main, "TryExec");
  remove(main, "DBusActivatable");
  set(main, kToolboxKey, escape(launcher.id));
  entry.ends_with_newline = true;
  return entry;
}

std::string toolbox_shim(const ToolboxLauncher& launcher, const std::string& program) {
  return std::string(kToolboxShimHead) + "exec " + quoted_for_shell(launcher.hutch.str()) + " enter " + launcher.id +
         " -- " + quoted_for_shell(program) + " \"$@\"\n";
}

}  // namespace hutch::desktop
