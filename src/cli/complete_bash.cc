// Bash splits words at '=' and ':', so the word being completed is taken from the line itself.
#include <algorithm>

#include "base/text.h"
#include "cli/complete_words.h"

namespace hutch::cli {
namespace {

constexpr const char* kHead = R"SH(# Completion of hutch for bash, made by 'hutch completion bash'.
_hutch_first_column() { "$@" --no-legend 2>/dev/null | while read -r first _; do printf '%s\n' "$first"; done; }
_hutch_candidates() {
  case $1 in
    apps) _hutch_first_column hutch profile list; compgen -c -- "$2" ;;
    instances) _hutch_first_column hutch ps ;;
    profiles) _hutch_first_column hutch profile list ;;
    images) _hutch_first_column hutch image list ;;
    toolboxes) _hutch_first_column hutch toolbox list ;;
    files) compgen -f -- "$2" ;;
    directories) compgen -d -- "$2" ;;
    *) printf '%s\n' $1 ;;
  esac
}
)SH";

constexpr const char* kTail = R"SH(# Not compgen -W: it would expand what file names hold.
_hutch_reply() {
  local candidate
  [[ $1 == files || $1 == directories ]] && compopt -o filenames 2>/dev/null
  while IFS= read -r candidate; do
    [[ $candidate == "$2"* ]] && COMPREPLY+=("$candidate")
  done < <(_hutch_candidates "$1" "$2")
}
_hutch() {
  local line=${COMP_LINE:0:COMP_POINT} at=1 verb option value index word
  local cur=${line##*[[:space:]]} takes_command= options= valued= arguments=
  COMPREPLY=()
  [[ ${COMP_WORDS[1]} == --allow-root ]] && at=2
  if ((COMP_CWORD <= at)); then
    _hutch_reply "$_hutch_verbs --help --version" "$cur"
    return
  fi
  verb=${COMP_WORDS[at]}
  if _hutch_second_words "$verb" >/dev/null; then
    at=$((at + 1))
    if ((COMP_CWORD <= at)); then
      _hutch_reply "$(_hutch_second_words "$verb")" "$cur"
      return
    fi
    verb="$verb ${COMP_WORDS[at]}"
  fi
  _hutch_verb "$verb" || return
  # An app or instance that is there already: what follows belongs to its command.
  for ((index = at + 1; index < COMP_CWORD; index++)); do
    word=${COMP_WORDS[index]}
    if [[ $word == = ]]; then
      index=$((index + 1))
    elif [[ $word == -* ]]; then
      [[ $valued == *" $word "* && ${COMP_WORDS[index + 1]} != = ]] && index=$((index + 1))
    elif [[ -n $takes_command ]]; then
      compopt -o default 2>/dev/null
      return
    fi
  done
  word=${line%"$cur"}
  word=${word%"${word##*[![:space:]]}"}
  word=${word##*[[:space:]]}
  if [[ $cur == --*=* ]]; then
    option=${cur%%=*} value=${cur#*=}
    _hutch_reply "$(_hutch_values "$option")" "$value"
    [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/$option=}")
  elif [[ $valued == *" $word "* ]]; then
    _hutch_reply "$(_hutch_values "$word")" "$cur"
  elif [[ $cur == -* ]]; then
    _hutch_reply "$options" "$cur"
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  else
    _hutch_reply "$arguments" "$cur"
  fi
  return 0
}
complete -F _hutch hutch
)SH";

const char* candidates(Complete complete) {
  switch (complete) {
    case Complete::kApps:
      return "apps";
    case Complete::kInstances:
      return "instances";
    case Complete::kProfiles:
      return "profiles";
    case Complete::kImages:
      return "images";
    case Complete::kToolboxes:
      return "toolboxes";
    case Complete::kFiles:
      return "files";
    case Complete::kDirectories:
      return "directories";
    case Complete::kShells:
      return "bash zsh fish";
    case Complete::kVerbs:
      return "$_hutch_verbs";
    case Complete::kSignals:
    case Complete::kNothing:
      break;
  }
  return "";
}

std::string joined(const std::vector<std::string_view>& words) {
  return text::join(std::vector<std::string>(words.begin(), words.end()), " ");
}

std::string verb_case(const Verb& verb) {
  std::string options;
  std::string valued;
  for (const Option& option : options_of(verb)) {
    options += text::format("--%s%s ", option.name, option.value == nullptr ? "" : "=");
    if (option.value != nullptr) valued += text::format("--%s ", option.name);
    if (option.value != nullptr && option.letter != '\0') valued += text::format("-%c ", option.letter);
  }
  return text::format("    '%s') options='%s' valued=' %s' arguments=\"%s\" takes_command=%s ;;\n", verb.name,
                      options.c_str(), valued.c_str(), candidates(verb.complete), verb.takes_command ? "yes" : "");
}

// Options with the same name take the same values, whatever the verb.
std::string values_function() {
  std::string body;
  std::vector<std::string> seen;
  for (const Verb& verb : verbs()) {
    for (const Option& option : options_of(verb)) {
      std::string words = value_list(option);
      if (words.empty()) words = candidates(option.complete);
      const std::string name = option.name;
      if (words.empty() || std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
      seen.push_back(name);
      body += text::format("    --%s) echo '%s' ;;\n", option.name, words.c_str());
    }
  }
  return "_hutch_values() {\n  case $1 in\n" + body + "  esac\n}\n";
}

}  // namespace

std::string bash_completion() {
  std::string script = kHead;
  script += "_hutch_verbs='" + joined(first_words()) + "'\n";
  script += "_hutch_second_words() {\n  case $1 in\n";
  for (const std::string_view group : first_words()) {
    if (second_words(group).empty()) continue;
    script += "    " + std::string(group) + ") echo '" + joined(second_words(group)) + "' ;;\n";
  }
  script += "    *) return 1 ;;\n  esac\n}\n";
  script += values_function();
  script += "_hutch_verb() {\n  case $1 in\n";
  for (const Verb& verb : verbs()) script += verb_case(verb);
  script += "    *) return 1 ;;\n  esac\n}\n";
  return script + kTail;
}

}  // namespace hutch::cli
