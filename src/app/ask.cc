#include "app/ask.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "app/print.h"
#include "base/text.h"
#include "host/queries.h"

namespace hutch::app {
namespace {

bool was_launched() {
  for (const char* const name : {"DESKTOP_STARTUP_ID", "XDG_ACTIVATION_TOKEN"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr && *value != '\0') return true;
  }
  const char* const pid = std::getenv("GIO_LAUNCHED_DESKTOP_FILE_PID");  // it stays in what its child starts
  return pid != nullptr && std::to_string(::getpid()) == pid;
}

std::optional<std::string> ask_terminal(const std::string& question, const std::vector<Choice>& choices) {
  std::string line = question;
  for (const Choice& choice : choices) line += text::format("\n  %c  %s", choice.key.front(), choice.label.c_str());
  print_note(line);
  char answer[64] = {};
  if (std::fgets(answer, sizeof answer, stdin) == nullptr) return std::nullopt;
  for (const Choice& choice : choices) {
    if (text::trim(answer) == choice.key || text::trim(answer) == choice.key.substr(0, 1)) return choice.key;
  }
  return std::nullopt;
}

}  // namespace

Channel channel_to_user() {
  if (::isatty(STDIN_FILENO) != 0 && ::isatty(STDERR_FILENO) != 0) return Channel::kTerminal;
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::isatty(stream) != 0) return Channel::kNone;
  }
  return was_launched() ? Channel::kNotification : Channel::kNone;
}

std::optional<std::string> ask(Channel channel, const std::string& title, const std::string& question,
                               const std::vector<Choice>& choices) {
  if (channel == Channel::kNone) return std::nullopt;
  if (channel == Channel::kTerminal) return ask_terminal(question, choices);
  std::vector<std::pair<std::string, std::string>> buttons;
  for (const Choice& choice : choices) buttons.emplace_back(choice.key, choice.label);
  const auto answer = host::ask_choice(title, question, buttons);
  if (!answer || answer->empty()) return std::nullopt;  // nobody shows notifications, or nobody looked
  return *answer;
}

}  // namespace hutch::app
