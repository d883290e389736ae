#include "core/desktop/launcher.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/desktop/exec.h"

namespace hutch::desktop {
namespace {

using Word = std::string (*)(std::string_view text);

// The value with its program replaced by `hutch run` and that program; arguments and field codes stay as written.
Result<std::string> sandboxed_command(const std::string& value, const Launcher& launcher, const FindProgram& find,
                                      Word word) {
  const FirstWord first = TRY(first_word(value));
  const auto program = find(first.text);
  std::vector<std::string> words = {launcher.hutch.str(), "run"};
  words.push_back("--command=" + (program ? program->str() : first.text));
  words.push_back(app_word(launcher));
  std::string command;
  for (const std::string& one : words) command += (command.empty() ? "" : " ") + word(one);
  if (!first.rest.empty()) command += " " + std::string(first.rest);
  return command;
}

// "%k" names the entry's file: the one the app's maker wrote.
std::string with_origin(const std::string& value, const HostPath& origin) {
  std::string result;
  for (std::size_t index = 0; index < value.size(); ++index) {
    const bool is_code = value[index] == '%' && index + 1 < value.size();
    if (is_code && value[index + 1] == 'k') {
      result += exec_word(origin.str());
    } else {
      result += value[index];
      if (is_code) result += value[index + 1];
    }
    if (is_code) ++index;
  }
  return result;
}

Status lead_through_hutch(KeyGroup& group, const Launcher& launcher, const FindProgram& find) {
  // KDE reads "Exec[$e]" as one more way to write Exec.
  std::erase_if(group.lines, [](const KeyLine& line) { return line.key.starts_with("Exec["); });
  for (KeyLine& line : group.lines) {
    if (line.key != "Exec") continue;
    std::string value = TRY(sandboxed_command(line.value, launcher, find, exec_word));
    if (launcher.origin) value = with_origin(value, *launcher.origin);
    line = {.text = "Exec=" + value, .key = "Exec", .value = value};
  }
  return {};
}

// The program the entry starts: of TryExec, else of Exec.
std::optional<HostPath> installed_program(const KeyFile& entry, const FindProgram& find) {
  if (const std::string* const test = entry.find(kEntryGroup, "TryExec")) return find(unescape(*test));
  const std::string* const exec = entry.find(kEntryGroup, "Exec");
  if (exec == nullptr) return std::nullopt;
  const auto words = split_command(*exec);
  return words ? find(program_of(*words)) : std::nullopt;
}

void name_box(KeyGroup& group, const Launcher& launcher) {
  for (KeyLine& line : group.lines) {
    if (line.key != "Name" && !line.key.starts_with("Name[")) continue;
    line.value += " (" + launcher.box.str() + ")";
    line.text = line.key + "=" + line.value;
  }
  if (!launcher.icon.empty()) set(group, "Icon", escape(launcher.icon));
  remove(group, "StartupWMClass");
}

}  // namespace

std::string quoted_for_shell(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

std::string app_word(const Launcher& launcher) {
  return launcher.box.empty() ? launcher.app : launcher.app + "@" + launcher.box.str();
}

Result<KeyFile> sandboxed_entry(KeyFile entry, const Launcher& launcher, const FindProgram& find) {
  const bool begins_well = !entry.groups.empty() && entry.groups.front().name == kEntryGroup;
  if (!begins_well) return failure(ErrorKind::kInvalid, _("does not begin with [Desktop Entry]"));
  const auto program = installed_program(entry, find);
  for (KeyGroup& group : entry.groups) TRY(lead_through_hutch(group, launcher, find));
  KeyGroup& main = entry.groups.front();
  if (program) set(main, "TryExec", escape(program->str()));
  if (entry.find(kEntryGroup, "Exec") != nullptr) remove(main, "DBusActivatable");
  if (!launcher.box.empty()) name_box(main, launcher);
  set(main, kOwnKey, escape(app_word(launcher)));
  entry.ends_with_newline = true;
  return entry;
}

Result<KeyFile> sandboxed_service(KeyFile service, const Launcher& launcher, const FindProgram& find) {
  KeyGroup* const group = service.group(kServiceGroup);
  if (group == nullptr) return failure(ErrorKind::kInvalid, _("has no [D-BUS Service]"));
  for (KeyLine& line : group->lines) {
    if (line.key != "Exec") continue;
    const std::string value = TRY(sandboxed_command(line.value, launcher, find, service_word));
    line = {.text = "Exec=" + value, .key = "Exec", .value = value};
  }
  remove(*group, "SystemdService");
  set(*group, kOwnKey, escape(app_word(launcher)));
  service.ends_with_newline = true;
  return service;
}

std::string shim_text(const Launcher& launcher, const HostPath& program) {
  return std::string(kShimHead) + "exec " + quoted_for_shell(launcher.hutch.str()) + " run " +
         quoted_for_shell("--command=" + program.str()) + " " + quoted_for_shell(app_word(launcher)) + " \"$@\"\n";
}

}  // namespace hutch::desktop
