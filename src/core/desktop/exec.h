// Command lines of desktop entries (Desktop Entry Specification 1.5, "The Exec key") and of D-Bus service files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hutch::desktop {

// Where the first word of a value as written ends: what follows can be kept as it is.
struct FirstWord {
  std::string text;       // unquoted
  std::string_view rest;  // of the value, without the blanks before it
};
[[nodiscard]] Result<FirstWord> first_word(std::string_view value);

// The words of a value as written, unquoted; field codes are still in them. At least one.
[[nodiscard]] Result<std::vector<std::string>> split_command(std::string_view value);

// The program a command starts in the end: "gedit" of `env GDK_BACKEND=x11 gedit %U`.
[[nodiscard]] std::string program_of(const std::vector<std::string>& words);

// One word for an Exec value of a desktop entry: quoted where it must be, '%' doubled, escaped as a string.
[[nodiscard]] std::string exec_word(std::string_view text);
// The same for Exec of a D-Bus service file, which has no field codes.
[[nodiscard]] std::string service_word(std::string_view text);

}  // namespace hutch::desktop
