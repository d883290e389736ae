#include "base/i18n.h"
#include "base/text.h"
#include "cli/complete_words.h"

namespace hutch::cli {
namespace {

constexpr const char* kHead = R"SH(# Completion of hutch for fish, made by 'hutch completion fish'.
function __hutch_first_column
    $argv --no-legend 2>/dev/null | string replace -r ' .*' ''
end
function __hutch_profiles
    __hutch_first_column hutch profile list
end
function __hutch_toolboxes
    __hutch_first_column hutch toolbox list
end
function __hutch_images
    __hutch_first_column hutch image list
end
function __hutch_instances
    __hutch_first_column hutch ps
end
function __hutch_apps
    __hutch_profiles
    __fish_complete_command
end
complete -c hutch -f
complete -c hutch -n __fish_use_subcommand -l version
)SH";

std::string arguments_of(Complete complete) {
  switch (complete) {
    case Complete::kApps:
      return "-a '(__hutch_apps)'";
    case Complete::kInstances:
      return "-a '(__hutch_instances)'";
    case Complete::kProfiles:
      return "-a '(__hutch_profiles)'";
    case Complete::kImages:
      return "-a '(__hutch_images)'";
    case Complete::kToolboxes:
      return "-a '(__hutch_toolboxes)'";
    case Complete::kFiles:
      return "-F";
    case Complete::kDirectories:
      return "-a '(__fish_complete_directories)'";
    case Complete::kShells:
      return "-a 'bash zsh fish'";
    case Complete::kVerbs: {
      std::string words;
      for (const std::string_view word : first_words())
        words += std::string(words.empty() ? "" : " ") + std::string(word);
      return "-a '" + words + "'";
    }
    case Complete::kSignals:
    case Complete::kNothing:
      break;
  }
  return {};
}

std::string condition_of(const Verb& verb) {
  std::string condition;
  for (const std::string_view word : text::split(verb.name, ' ')) {
    if (!condition.empty()) condition += "; and ";
    condition += "__fish_seen_subcommand_from " + std::string(word);
  }
  return "-n " + quoted_for_fish(condition);
}

std::string option_line(const std::string& condition, const Option& option) {
  std::string line = "complete -c hutch " + condition + " -l " + option.name;
  if (option.letter != '\0') line += std::string(" -s ") + option.letter;
  if (option.value != nullptr) {
    const std::string words = value_list(option);
    const std::string arguments = words.empty() ? arguments_of(option.complete) : "-a " + quoted_for_fish(words);
    line += " -r" + (arguments.empty() ? std::string() : " " + arguments);
  }
  return line + " -d " + quoted_for_fish(_(option.help)) + "\n";
}

}  // namespace

std::string fish_completion() {
  std::string script = kHead;
  for (const Verb& verb : verbs()) {
    const std::string_view name = verb.name;
    const std::size_t blank = name.find(' ');
    const std::string word(name.substr(blank == std::string_view::npos ? 0 : blank + 1));
    const std::string group(name.substr(0, blank == std::string_view::npos ? 0 : blank));
    const std::string when = group.empty() ? "__fish_use_subcommand" : "__fish_seen_subcommand_from " + group;
    script += "complete -c hutch -n '" + when + "' -a " + word + " -d " + quoted_for_fish(_(verb.summary)) + "\n";
    const std::string condition = condition_of(verb);
    for (const Option& option : options_of(verb)) script += option_line(condition, option);
    const std::string arguments = arguments_of(verb.complete);
    if (!arguments.empty()) script += "complete -c hutch " + condition + " " + arguments + "\n";
  }
  for (const std::string_view group : first_words()) {
    if (second_words(group).empty()) continue;
    script += "complete -c hutch -n __fish_use_subcommand -a " + std::string(group) + "\n";
  }
  return script;
}

}  // namespace hutch::cli
