#include "cli/help.h"

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::cli {
namespace {

std::string line(const std::string& left, const char* right) {
  constexpr int kColumn = 32;
  if (left.size() + 4 > kColumn) return text::format("  %s\n%*s%s\n", left.c_str(), kColumn, "", right);
  return text::format("  %-*s%s\n", kColumn - 2, left.c_str(), right);
}

std::string left_of(const Option& option) {
  std::string left = option.letter == '\0' ? std::string() : text::format("-%c, ", option.letter);
  left += std::string("--") + option.name;
  if (option.value != nullptr) left += std::string("=") + _(option.value);
  return left;
}

std::string verb_lines(std::string_view group) {
  std::string lines;
  for (const Verb& verb : verbs()) {
    const bool is_in_group = group.empty() || std::string_view(verb.name).starts_with(std::string(group) + " ");
    if (is_in_group) lines += line(verb.name, _(verb.summary));
  }
  return lines;
}

}  // namespace

std::string overview() {
  return std::string(_("usage: hutch VERB [OPTIONS] [ARGUMENTS...]")) + "\n\n" + verb_lines("") + "\n" +
         line("--version", _("print the version")) + "\n" +
         _("'hutch help VERB' explains one verb; 'man hutch' explains everything.") + "\n";
}

std::string help_on(const Verb& verb) {
  std::string text =
      text::format(_("usage: hutch %s %s\n\nhutch %s: %s\n"), verb.name, verb.synopsis, verb.name, _(verb.summary));
  text += std::string("\n") + _("Options:") + "\n";
  Verb own = verb;
  own.takes_permissions = false;
  own.takes_limits = false;
  const std::size_t own_count = options_of(own).size();
  const std::vector<Option> all = options_of(verb);
  for (std::size_t index = 0; index < all.size(); ++index) {
    if (index == own_count) {
      text +=
          std::string("\n") + (verb.takes_limits ? _("Limits:") : _("Permissions, on top of the profile's:")) + "\n";
    }
    text += line(left_of(all[index]), _(all[index].help));
  }
  return text;
}

Result<std::string> help_on(std::string_view name) {
  const auto verb = find_verb(name);
  if (verb) return help_on(**verb);
  const std::string group = verb_lines(name);
  if (!group.empty()) return text::format(_("usage: hutch %s VERB\n\n"), std::string(name).c_str()) + group;
  return unexpected(verb.error());
}

std::string option_table() {
  std::string table;
  for (const Verb& verb : verbs()) {
    for (const Option& option : options_of(verb)) {
      table += text::format("%s\t--%s\t%s\n", verb.name, option.name, option.value == nullptr ? "" : option.value);
    }
  }
  return table;
}

}  // namespace hutch::cli
