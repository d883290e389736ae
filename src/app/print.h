// What people and programs read. Everything that came from outside loses its control characters here, whatever the
// caller did before.
#pragma once

#include <string_view>

#include "base/error.h"
#include "base/json.h"
#include "base/table.h"

namespace hutch::app {

// Standard output; lines keep their ends and tabs.
void print_text(std::string_view text);
// The same for text that carries colours of our own; every part of it from outside must be printable already.
void print_coloured(std::string_view text);
void print_json(const Json& value);

// Standard error: "hutch: TEXT".
void print_note(std::string_view text);
// The line as it is, for programs.
void print_note_line(std::string_view line);
// "hutch: WHAT: WHY" and a "hint:" line when the cure is known.
void print_error(const Error& error);

// True for a terminal, unless NO_COLOR is set (no-color.org) or TERM is dumb.
[[nodiscard]] bool wants_colours();
// False when standard output did not take everything: a full disk, a closed pipe.
[[nodiscard]] bool flush_output();

}  // namespace hutch::app
