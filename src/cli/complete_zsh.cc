#include "base/i18n.h"
#include "base/text.h"
#include "cli/complete_words.h"

namespace hutch::cli {
namespace {

constexpr const char* kHead = R"SH(#compdef hutch
# Completion of hutch for zsh, made by 'hutch completion zsh'.
_hutch_first_column() {
  local -a found
  found=(${${(f)"$("$@" --no-legend 2>/dev/null)"}%% *})
  compadd -a found
}
_hutch_apps() { _alternative 'profiles:profile:_hutch_profiles' 'commands:command:_command_names -e' }
_hutch_instances() { _hutch_first_column hutch ps }
_hutch_profiles() { _hutch_first_column hutch profile list }
_hutch_images() { _hutch_first_column hutch image list }
_hutch_toolboxes() { _hutch_first_column hutch toolbox list }
)SH";

constexpr const char* kMiddle = R"SH(_hutch() {
  local verb
  if (( CURRENT > 2 )) && [[ $words[2] == --allow-root ]]; then
    shift words
    (( CURRENT-- ))
  fi
  if (( CURRENT == 2 )); then
    _describe verb _hutch_verbs
    return
  fi
  verb=$words[2]
  shift words
  (( CURRENT-- ))
  if (( ${+_hutch_second_words[$verb]} )); then
    if (( CURRENT == 2 )); then
      local -a seconds=(${=_hutch_second_words[$verb]})
      _describe verb seconds
      return
    fi
    verb="$verb $words[2]"
    shift words
    (( CURRENT-- ))
  fi
  case $verb in
)SH";

constexpr const char* kTail = R"SH(  esac
}
if [[ $funcstack[1] == _hutch ]]; then
  _hutch "$@"
else
  compdef _hutch hutch
fi
)SH";

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

const char* action(Complete complete) {
  switch (complete) {
    case Complete::kApps:
      return "_hutch_apps";
    case Complete::kInstances:
      return "_hutch_instances";
    case Complete::kProfiles:
      return "_hutch_profiles";
    case Complete::kImages:
      return "_hutch_images";
    case Complete::kToolboxes:
      return "_hutch_toolboxes";
    case Complete::kFiles:
      return "_files";
    case Complete::kDirectories:
      return "_files -/";
    case Complete::kShells:
      return "(bash zsh fish)";
    case Complete::kVerbs:
      return "(($_hutch_verbs))";
    case Complete::kSignals:
    case Complete::kNothing:
      break;
  }
  return " ";
}

std::string option_spec(const Option& option) {
  std::string spec = std::string(option.repeats ? "*" : "") + "--" + option.name;
  if (option.value == nullptr) return quoted_for_posix(spec + "[" + escaped(_(option.help)) + "]");
  const std::string words = value_list(option);
  spec += "=[" + escaped(_(option.help)) + "]:" + escaped(_(option.value)) + ":";
  return quoted_for_posix(spec + (words.empty() ? std::string(action(option.complete)) : "(" + words + ")"));
}

std::string verb_case(const Verb& verb) {
  std::string result = text::format("    '%s')\n      _arguments -S \\\n", verb.name);
  for (const Option& option : options_of(verb)) result += "        " + option_spec(option) + " \\\n";
  const std::string argument = action(verb.complete);
  if (verb.takes_command) {
    return result + "        '1:argument:" + argument + "' '*::command:_normal'\n      ;;\n";
  }
  return result + "        '*:argument:" + argument + "'\n      ;;\n";
}

}  // namespace

std::string zsh_completion() {
  std::string script = kHead;
  script += "_hutch_verbs=(";
  for (const std::string_view word : first_words()) {
    std::string summary;
    for (const Verb& verb : verbs()) {
      if (word == verb.name) summary = _(verb.summary);
    }
    script += "\n  " + quoted_for_posix(std::string(word) + (summary.empty() ? "" : ":" + escaped(summary)));
  }
  script += "\n)\ntypeset -gA _hutch_second_words\n_hutch_second_words=(";
  for (const std::string_view group : first_words()) {
    std::string seconds;
    for (const std::string_view word : second_words(group))
      seconds += std::string(seconds.empty() ? "" : " ") + std::string(word);
    if (!seconds.empty()) script += "\n  " + std::string(group) + " " + quoted_for_posix(seconds);
  }
  script += "\n)\n";
  script += kMiddle;
  for (const Verb& verb : verbs()) script += verb_case(verb);
  return script + kTail;
}

}  // namespace hutch::cli
