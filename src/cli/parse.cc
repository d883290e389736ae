#include "cli/parse.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::cli {
namespace {

// CLI11 takes "--name=" for an option that still waits for its value and would eat the next word. An empty value is
// marked with this byte on the way in and unmarked on the way out.
constexpr std::string_view kEmptyMark = "\x01";

Error usage_error(const Verb& verb, std::string message) {
  return Error{.kind = ErrorKind::kUsage,
               .code = 0,
               .message = std::move(message),
               .context = {},
               .hint = text::format(_("usage: hutch %s %s"), verb.name, verb.synopsis)};
}

Error unknown_option(const Verb& verb, std::string_view word) {
  const std::string_view name = word.substr(0, word.find('='));
  std::vector<std::string> spelled;
  for (const Option& option : options_of(verb)) spelled.push_back(std::string("--") + option.name);
  const std::vector<std::string_view> candidates(spelled.begin(), spelled.end());
  Error error = usage_error(verb, text::format(_("unknown option '%s'"), text::printable(name).c_str()));
  if (const auto near = text::nearest(name, candidates)) {
    error.hint = text::format(_("did you mean '%s'?"), std::string(*near).c_str());
  }
  return error;
}

std::string spelling_of(const Option& option) {
  std::string names = std::string("--") + option.name;
  if (option.letter != '\0') names += std::string(",-") + option.letter;
  return names;
}

// What CLI11 left over: our arguments, perhaps behind a "--", or a word that looks like an option and is none.
Result<std::vector<std::string>> arguments_of(const Verb& verb, const std::vector<std::string>& words,
                                              const std::vector<std::string>& left) {
  std::vector<std::string> arguments;
  for (std::size_t index = 0; index < left.size(); ++index) {
    const bool is_separator = left[index] == "--";
    if (!is_separator && left[index].size() > 1 && left[index].front() == '-') {
      return unexpected(unknown_option(verb, left[index]));
    }
    // Behind these nothing was looked at: the words as they were typed.
    const std::size_t rest = left.size() - index - (is_separator ? 1 : 0);
    if (is_separator || verb.takes_command) {
      arguments.insert(arguments.end(), words.end() - static_cast<std::ptrdiff_t>(rest), words.end());
      return arguments;
    }
    arguments.push_back(left[index]);
  }
  return arguments;
}

Status check_count(const Verb& verb, const Parsed& parsed) {
  const auto count = static_cast<int>(parsed.arguments.size());
  if (count < verb.least)
    return unexpected(usage_error(verb, text::format(_("'hutch %s' lacks an argument"), verb.name)));
  if (verb.most >= 0 && count > verb.most) {
    const std::string& first = parsed.arguments[static_cast<std::size_t>(verb.most)];
    return unexpected(usage_error(verb, text::format(_("one word too many: '%s'"), text::printable(first).c_str())));
  }
  return {};
}

std::vector<std::string> marked(const std::vector<std::string>& words) {
  std::vector<std::string> result = words;
  for (std::string& word : result) {
    if (word.starts_with("--") && word.size() > 3 && word.find('=') == word.size() - 1) word += kEmptyMark;
  }
  return result;
}

Result<std::vector<std::string>> read_options(const Verb& verb, const std::vector<std::string>& words, Parsed& parsed) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  app.prefix_command(verb.takes_command);
  std::vector<std::pair<Option, CLI::Option*>> added;
  std::string current;
  try {
    for (const Option& option : options_of(verb)) {
      CLI::Option* const made = option.value == nullptr ? app.add_flag(spelling_of(option))
                                                        : app.add_option_function<std::vector<std::string>>(
                                                                 spelling_of(option), [](const auto&) {})
                                                              ->expected(1)
                                                              ->allow_extra_args(false)
                                                              ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      added.emplace_back(option, made);
    }
    std::vector<std::string> reversed = marked(words);
    std::reverse(reversed.begin(), reversed.end());  // App::parse takes its words from the back
    app.parse(std::move(reversed));
    for (const auto& [option, made] : added) {
      if (made->count() == 0) continue;
      std::vector<std::string>& values = parsed.options[option.name];
      if (option.value != nullptr) {
        values = made->results();
      } else if (made->results() != std::vector<std::string>(made->count(), "true")) {
        return unexpected(usage_error(verb, text::format(_("option '--%s' takes no value"), option.name)));
      }
      for (std::string& value : values) {
        if (value == kEmptyMark) value.clear();
      }
    }
    return app.remaining();
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string_view what = error.what();  // "--cwd: 1 required TEXT missing"
    const std::string option(what.substr(0, what.find(':')));
    return unexpected(usage_error(verb, text::format(_("option '%s' needs a value"), option.c_str())));
  } catch (const std::exception& error) {
    return unexpected(usage_error(verb, error.what()));
  }
}

}  // namespace

std::optional<std::string> Parsed::value(std::string_view name) const {
  const auto found = options.find(name);
  if (found == options.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Parsed::values(std::string_view name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::vector<std::string>() : found->second;
}

Result<Parsed> parse(const Verb& verb, const std::vector<std::string>& words) {
  Parsed parsed;
  const std::vector<std::string> left = TRY(read_options(verb, words, parsed));
  parsed.is_separated = !left.empty() && left.front() == "--";
  parsed.arguments = TRY(arguments_of(verb, words, left));
  if (!parsed.has("help")) TRY(check_count(verb, parsed));
  return parsed;
}

}  // namespace hutch::cli
