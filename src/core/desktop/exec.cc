#include "core/desktop/exec.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/i18n.h"
#include "base/text.h"
#include "core/desktop/key_file.h"

namespace hutch::desktop {
namespace {

constexpr std::size_t kWordsLimit = 1024;

// One character of a value with its string escape taken away, and how many bytes it was written with.
struct Character {
  char value = '\0';
  std::size_t length = 0;
};

Character character_at(std::string_view value, std::size_t at) {
  if (value[at] != '\\' || at + 1 >= value.size()) return {.value = value[at], .length = 1};
  switch (value[at + 1]) {
    case 's':
      return {.value = ' ', .length = 2};
    case 'n':
      return {.value = '\n', .length = 2};
    case 't':
      return {.value = '\t', .length = 2};
    case 'r':
      return {.value = '\r', .length = 2};
    case '\\':
      return {.value = '\\', .length = 2};
    default:
      return {.value = '\\', .length = 1};
  }
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Reads words as g_shell_parse_argv() and dbus-daemon do, which all launchers follow: double quotes with a backslash
// before " ` $ \ inside, single quotes, and a backslash outside of quotes.
class Reader {
 public:
  explicit Reader(std::string_view value) : value_(value) {}

  // Absent at the end.
  Result<std::optional<std::string>> next() {
    skip_blanks();
    if (is_at_end()) return std::optional<std::string>();
    std::string word;
    while (!is_at_end() && !is_blank(peek())) {
      const char c = take();
      if (c == '"' || c == '\'') {
        TRY(read_quoted(c, word));
      } else if (c == '\\') {
        if (is_at_end()) return unexpected(unfinished());
        word += take();
      } else {
        word += c;
      }
    }
    return std::optional(std::move(word));
  }

  [[nodiscard]] std::string_view rest() {
    skip_blanks();
    return value_.substr(at_);
  }

 private:
  [[nodiscard]] bool is_at_end() const { return at_ >= value_.size(); }
  [[nodiscard]] char peek() const { return character_at(value_, at_).value; }
  char take() {
    const Character character = character_at(value_, at_);
    at_ += character.length;
    return character.value;
  }
  void skip_blanks() {
    while (!is_at_end() && is_blank(peek())) (void)take();
  }
  [[nodiscard]] static Error unfinished() {
    return Error{.kind = ErrorKind::kInvalid,
                 .code = 0,
                 .message = _("the command has a quote without an end"),
                 .context = {},
                 .hint = {}};
  }

  Status read_quoted(char quote, std::string& word) {
    while (true) {
      if (is_at_end()) return unexpected(unfinished());
      const char c = take();
      if (c == quote) return {};
      if (c != '\\' || quote == '\'') {
        word += c;
        continue;
      }
      if (is_at_end()) return unexpected(unfinished());
      const char next = take();
      if (std::string_view("\"`$\\").find(next) == std::string_view::npos) word += '\\';
      word += next;
    }
  }

  std::string_view value_;
  std::size_t at_ = 0;
};

std::string quoted(std::string_view text) {
  constexpr std::string_view kReserved = " \t\n\r\"'\\><~|&;$*?#()`";
  if (!text.empty() && text.find_first_of(kReserved) == std::string_view::npos) return std::string(text);
  std::string result = "\"";
  for (const char c : text) {
    if (std::string_view("\"`$\\").find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result + "\"";
}

bool is_assignment(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 && word.find('/') > equals;
}

}  // namespace

Result<FirstWord> first_word(std::string_view value) {
  Reader reader(value);
  auto word = TRY(reader.next());
  if (!word || word->empty()) return failure(ErrorKind::kInvalid, _("the command is empty"));
  return FirstWord{.text = std::move(*word), .rest = reader.rest()};
}

Result<std::vector<std::string>> split_command(std::string_view value) {
  Reader reader(value);
  std::vector<std::string> words;
  while (auto word = TRY(reader.next())) {
    if (words.size() >= kWordsLimit) {
      return failure(ErrorKind::kInvalid, text::format(_("the command has more than %zu words"), kWordsLimit));
    }
    words.push_back(std::move(*word));
  }
  if (words.empty() || words.front().empty()) return failure(ErrorKind::kInvalid, _("the command is empty"));
  return words;
}

std::string program_of(const std::vector<std::string>& words) {
  const bool is_env = words.front() == "env" || words.front() == "/usr/bin/env" || words.front() == "/bin/env";
  if (!is_env) return words.front();
  const auto program = std::find_if(words.begin() + 1, words.end(), [](const std::string& word) {
    return !word.starts_with("-") && !is_assignment(word);
  });
  return program == words.end() ? words.front() : *program;
}

std::string exec_word(std::string_view text) {
  std::string doubled;
  for (const char c : text) {
    doubled += c;
    if (c == '%') doubled += c;
  }
  return escape(quoted(doubled));
}

std::string service_word(std::string_view text) {
  return escape(quoted(text));
}

}  // namespace hutch::desktop
