#include "core/desktop/toolbox_launcher.h"

#include <algorithm>
#include <array>

#include "base/i18n.h"
#include "base/text.h"
#include "core/desktop/exec.h"
#include "core/desktop/launcher.h"

namespace hutch::desktop {

namespace {

constexpr std::array kTexts = {"Name", "GenericName", "Comment", "Keywords"};  // in several languages
constexpr std::array kPlain = {
    "Type",      "Version",       "Icon",           "NoDisplay",        "OnlyShowIn",
    "NotShowIn", "Terminal",      "Actions",        "MimeType",         "Categories",
    "Exec",      "StartupNotify", "StartupWMClass", "SingleMainWindow", "PrefersNonDefaultGPU"};

bool is_kept(const std::string& key) {
  const std::string_view base = std::string_view(key).substr(0, key.find('['));
  if (std::find(kTexts.begin(), kTexts.end(), base) != kTexts.end()) return true;
  return std::find(kPlain.begin(), kPlain.end(), std::string_view(key)) != kPlain.end();
}

bool is_field_code(std::string_view word) {
  constexpr std::string_view kCodes = "fFuUick";
  return word.size() == 2 && word[0] == '%' && kCodes.find(word[1]) != std::string_view::npos;
}

// A word of an Exec value as the program gets it: "%%" is '%', other codes within a word are not defined.
Result<std::string> plain_word(const std::string& word) {
  std::string plain;
  for (std::size_t index = 0; index < word.size(); ++index) {
    if (word[index] == '%' && (index + 1 == word.size() || word[++index] != '%')) {
      return failure(ErrorKind::kInvalid,
                     text::format(_("'%s' cannot be led into a toolbox"), text::printable(word).c_str()));
    }
    plain += word[index];
  }
  return plain;
}

Result<std::string> led_inside(const std::string& value, const ToolboxLauncher& launcher) {
  std::string command = exec_word(launcher.hutch.str());
  for (const char* const word : {"enter", launcher.id.c_str(), "--"}) command += " " + exec_word(word);
  const std::vector<std::string> words = TRY(split_command(value));
  for (const std::string& word : words) {
    if (is_field_code(word)) {
      command += " " + word;
      continue;
    }
    const std::string plain = TRY(plain_word(word));
    command += " " + exec_word(plain);
  }
  return command;
}

}  // namespace

Result<KeyFile> toolbox_entry(KeyFile entry, const ToolboxLauncher& launcher) {
  const bool begins_well = !entry.groups.empty() && entry.groups.front().name == kEntryGroup;
  if (!begins_well) return failure(ErrorKind::kInvalid, _("does not begin with [Desktop Entry]"));
  entry.head.clear();
  std::erase_if(entry.groups, [](const KeyGroup& group) {
    return group.name != kEntryGroup && !group.name.starts_with("Desktop Action ");
  });
  for (KeyGroup& group : entry.groups) {
    std::erase_if(group.lines, [](const KeyLine& line) { return !is_kept(line.key); });
    for (KeyLine& line : group.lines) {
      if (line.key != "Exec") continue;
      const std::string value = TRY(led_inside(line.value, launcher));
      line = {.text = "Exec=" + value, .key = "Exec", .value = value};
    }
  }
  KeyGroup& main = entry.groups.front();
  for (KeyLine& line : main.lines) {
    if (line.key != "Name" && !line.key.starts_with("Name[")) continue;
    line.value += " (" + escape(launcher.name) + ")";
    line.text = line.key + "=" + line.value;
  }
  set(main, kToolboxKey, escape(launcher.id));
  entry.ends_with_newline = true;
  return entry;
}

std::string toolbox_shim(const ToolboxLauncher& launcher, const std::string& program) {
  return std::string(kToolboxShimHead) + "exec " + quoted_for_shell(launcher.hutch.str()) + " enter " + launcher.id +
         " -- " + quoted_for_shell(program) + " \"$@\"\n";
}

}  // namespace hutch::desktop
