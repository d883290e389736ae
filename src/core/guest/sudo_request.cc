#include "core/guest/sudo_request.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace hutch::guest {
namespace {

enum class Value : std::uint8_t { kNone, kOptional, kNeeded };

struct Option {
  char letter;
  std::string_view word;
  Value value = Value::kNone;
};

constexpr auto kOptions = std::to_array<Option>({
    {'A', "askpass"},
    {'b', "background"},
    {'C', "close-from", Value::kNeeded},
    {'D', "chdir", Value::kNeeded},
    {'e', "edit"},
    {'E', "preserve-env", Value::kOptional},
    {'g', "group", Value::kNeeded},
    {'h', "help"},
    {'H', "set-home"},
    {'i', "login"},
    {'K', "remove-timestamp"},
    {'k', "reset-timestamp"},
    {'l', "list"},
    {'n', "non-interactive"},
    {'P', "preserve-groups"},
    {'p', "prompt", Value::kNeeded},
    {'s', "shell"},
    {'S', "stdin"},
    {'U', "other-user", Value::kNeeded},
    {'u', "user", Value::kNeeded},
    {'v', "validate"},
    {'V', "version"},
});

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 && word.substr(0, equals).find('/') == std::string_view::npos;
}

Status take(SudoRequest& request, char letter, std::string_view value) {
  switch (letter) {
    case 'u':
      request.user = value;
      break;
    case 'g':
      request.group = value;
      break;
    case 'D':
      request.directory = value;
      break;
    case 'E':
      if (value.empty()) request.keeps_environment = true;
      for (const std::string_view name : text::split(value, ',')) {
        if (!name.empty()) request.kept.emplace_back(name);
      }
      break;
    case 'H':
      request.sets_home = true;
      break;
    case 'P':
      request.keeps_groups = true;
      break;
    case 'i':
      request.is_login = true;
      break;
    case 's':
      request.is_shell = true;
      break;
    case 'l':
      request.act = SudoRequest::Act::kList;
      break;
    case 'h':
      request.act = SudoRequest::Act::kHelp;
      break;
    case 'V':
      request.act = SudoRequest::Act::kVersion;
      break;
    case 'b':
      return failure(ErrorKind::kUsage, "this sudo has no -b; the shell's '&' does the same");
    case 'e':
      return failure(ErrorKind::kUsage, "this sudo has no -e; start the editor with it");
    default:
      break;  // passwords and their time stamps, of which there are none here
  }
  return {};
}

// One word with letters, "-nu root" or "-uroot"; `place` is at it and moves to the last word that was used.
Status take_letters(SudoRequest& request, const std::vector<std::string>& words, std::size_t& place) {
  const std::string_view word = words[place];
  for (std::size_t index = 1; index < word.size(); ++index) {
    const auto option = std::find_if(kOptions.begin(), kOptions.end(),
                                     [&](const Option& known) { return known.letter == word[index]; });
    if (option == kOptions.end()) {
      return failure(ErrorKind::kUsage, text::format("unknown option '-%s'", text::printable(word.substr(1)).c_str()));
    }
    if (option->value != Value::kNeeded) {
      TRY(take(request, option->letter, ""));
      continue;
    }
    std::string_view value = word.substr(index + 1);
    if (value.empty() && ++place < words.size()) value = words[place];
    if (value.empty()) return failure(ErrorKind::kUsage, text::format("option '-%c' needs a value", option->letter));
    return take(request, option->letter, value);
  }
  return {};
}

Status take_word(SudoRequest& request, const std::vector<std::string>& words, std::size_t& place) {
  const std::string_view word = std::string_view(words[place]).substr(2);
  const std::size_t equals = std::min(word.find('='), word.size());
  const auto option = std::find_if(kOptions.begin(), kOptions.end(),
                                   [&](const Option& known) { return known.word == word.substr(0, equals); });
  if (option == kOptions.end()) {
    return failure(ErrorKind::kUsage, text::format("unknown option '--%s'", text::printable(word).c_str()));
  }
  std::string_view value = equals < word.size() ? word.substr(equals + 1) : "";
  if (option->value == Value::kNeeded && value.empty() && ++place < words.size()) value = words[place];
  if ((option->value == Value::kNeeded) == value.empty() && option->value != Value::kOptional) {
    return failure(ErrorKind::kUsage, text::format("option '--%s' %s", std::string(option->word).c_str(),
                                                   value.empty() ? "needs a value" : "has no value"));
  }
  return take(request, option->letter, value);
}

// sudoers(5), env_keep and env_check, and what makes graphical programs and the prompt work here.
bool is_kept(std::string_view name) {
  constexpr auto kNames = std::to_array<std::string_view>({
      "COLORS",   "COLORTERM", "DISPLAY", "HOSTNAME",        "HUTCH_TOOLBOX",  "KRB5CCNAME",
      "LANG",     "LANGUAGE",  "LINGUAS", "LS_COLORS",       "PROMPT_COMMAND", "PS1",
      "PS2",      "TERM",      "TZ",      "WAYLAND_DISPLAY", "XAUTHORITY",     "XDG_CURRENT_DESKTOP",
      "NO_COLOR", "container",
  });
  return name.starts_with("LC_") || std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

Result<SudoRequest> parse_sudo(const std::vector<std::string>& words) {
  SudoRequest request;
  std::size_t place = 0;
  bool forgets = false;
  for (; place < words.size(); ++place) {
    const std::string_view word = words[place];
    if (word == "--") {
      ++place;
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      if (!is_assignment(word)) break;
      request.assignments.emplace_back(word);
      continue;
    }
    forgets = forgets || word == "-k" || word == "-K" || word == "-v" || word == "--reset-timestamp" ||
              word == "--remove-timestamp" || word == "--validate";
    TRY(word.starts_with("--") ? take_word(request, words, place) : take_letters(request, words, place));
  }
  for (; place < words.size() && is_assignment(words[place]); ++place) request.assignments.push_back(words[place]);
  for (; place < words.size(); ++place) request.command.push_back(words[place]);
  const bool has_command = !request.command.empty() || request.is_login || request.is_shell;
  if (request.act == SudoRequest::Act::kRun && !has_command) {
    if (!forgets) return failure(ErrorKind::kUsage, "a command is missing");
    request.act = SudoRequest::Act::kNothing;
  }
  if (request.is_login && request.is_shell) return failure(ErrorKind::kUsage, "-i and -s exclude each other");
  return request;
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    for (const char character : word) {
      const bool is_plain = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                            (character >= '0' && character <= '9') || character == '_' || character == '-' ||
                            character == '$';
      if (!is_plain) line += '\\';
      line += character;
    }
  }
  return line;
}

Environment sudo_environment(const Environment& caller_environment, const SudoRequest& request,
                             const SudoCaller& caller, const User& target) {
  Environment result;
  for (const std::string& entry : caller_environment) {
    const std::string_view name = std::string_view(entry).substr(0, entry.find('='));
    const bool is_asked = std::find(request.kept.begin(), request.kept.end(), name) != request.kept.end();
    if (request.keeps_environment || is_asked || is_kept(name)) result.push_back(entry);
  }
  const bool keeps_home = request.keeps_environment && !request.sets_home && !request.is_login;
  const std::string home(value_of(result, "HOME"));
  describe_user(result, target);
  if (keeps_home && !home.empty()) set(result, "HOME", home);
  set(result, "MAIL", "/var/mail/" + target.name);
  set(result, "PATH", complete_search_path(kSearchPath));
  if (!has(result, "TERM")) set(result, "TERM", "unknown");
  set(result, "SUDO_USER", caller.name);
  set(result, "SUDO_UID", std::to_string(caller.uid));
  set(result, "SUDO_GID", std::to_string(caller.gid));
  for (const std::string& entry : request.assignments) {
    const std::size_t equals = entry.find('=');
    set(result, std::string_view(entry).substr(0, equals), std::string_view(entry).substr(equals + 1));
  }
  return result;
}

}  // namespace hutch::guest
