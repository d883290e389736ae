// What people read. There are no translations in an image, so all of it is English.
#pragma once

#include <string_view>

#include "base/error.h"

namespace hutch::guest {

// One line on standard error, "program: text".
void say(std::string_view program, std::string_view text);
inline void say(std::string_view text) {
  say("hutch", text);
}
void say(const Error& error);
void print(std::string_view text);  // standard output

}  // namespace hutch::guest
