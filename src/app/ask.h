// Questions to whoever started us: on the terminal, or with a notification when a menu did.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace hutch::app {

enum class Channel : std::uint8_t { kNone, kTerminal, kNotification };
// kTerminal where both the answer and the question have one, kNotification where no stream is a terminal and a
// launcher of the desktop says that it started us (Startup Notification, xdg-activation, GIO).
[[nodiscard]] Channel channel_to_user();

struct Choice {
  std::string key;    // for us, and its first letter for the terminal
  std::string label;  // for people
};
// The key of the choice; nothing when there was no answer.
[[nodiscard]] std::optional<std::string> ask(Channel channel, const std::string& title, const std::string& question,
                                             const std::vector<Choice>& choices);

}  // namespace hutch::app
