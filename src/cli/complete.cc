#include "cli/complete.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/complete_words.h"
#include "core/profile/vocabulary.h"

namespace hutch::cli {
namespace {

std::string quoted(std::string_view text, std::string_view quote) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += quote;
    } else {
      result += c;
    }
  }
  return result + "'";
}

}  // namespace

std::vector<std::string_view> value_words(const Option& option) {
  const std::string_view name = option.name;
  if (name == "socket" || name == "nosocket") return profile::names_of(profile::Kind::kSocket);
  if (name == "device" || name == "nodevice") return profile::names_of(profile::Kind::kDevice);
  if (name == "portal" || name == "no-portal") return profile::names_of(profile::Kind::kPortal);
  if (name == "allow" || name == "disallow") return profile::names_of(profile::Kind::kFeature);
  if (name == "share" || name == "unshare") return {"network", "ipc"};
  if (name == "network") return {"none", "private", "internet", "lan", "host"};
  if (name == "filesystem" || name == "nofilesystem") return profile::names_of(profile::Kind::kFile);
  if (option.complete == Complete::kSignals)
    return {"TERM", "KILL", "INT", "HUP", "QUIT", "USR1", "USR2", "STOP", "CONT"};
  return {};
}

std::string value_list(const Option& option) {
  std::string list;
  for (const std::string_view word : value_words(option)) {
    if (!list.empty()) list += ' ';
    list += word;
  }
  return list;
}

std::string quoted_for_posix(std::string_view text) {
  return quoted(text, "'\\''");
}

std::string quoted_for_fish(std::string_view text) {
  return quoted(text, "\\'");
}

std::vector<std::string_view> first_words() {
  std::vector<std::string_view> words;
  for (const Verb& verb : verbs()) {
    const std::string_view first = std::string_view(verb.name).substr(0, std::string_view(verb.name).find(' '));
    if (std::find(words.begin(), words.end(), first) == words.end()) words.push_back(first);
  }
  return words;
}

std::vector<std::string_view> second_words(std::string_view first) {
  std::vector<std::string_view> words;
  for (const Verb& verb : verbs()) {
    const std::string_view name = verb.name;
    const std::size_t blank = name.find(' ');
    if (blank != std::string_view::npos && name.substr(0, blank) == first) words.push_back(name.substr(blank + 1));
  }
  return words;
}

Result<std::string> completion_script(std::string_view shell) {
  if (shell == "bash") return bash_completion();
  if (shell == "zsh") return zsh_completion();
  if (shell == "fish") return fish_completion();
  return failure(ErrorKind::kUsage, text::format(_("no completion for shell '%s'"), text::printable(shell).c_str()),
                 _("there are scripts for bash, zsh and fish"));
}

}  // namespace hutch::cli
