#include "guest/say.h"

#include <unistd.h>

#include "base/text.h"
#include "os/file.h"

namespace hutch::guest {

void say(std::string_view program, std::string_view text) {
  // One write, so that lines of several processes do not mix; nobody else could be told about a failure.
  (void)os::write_all(STDERR_FILENO, std::string(program) + ": " + text::printable(text) + "\n");
}

void say(const Error& error) {
  say(error.describe());
}

void print(std::string_view text) {
  (void)os::write_all(STDOUT_FILENO, text);  // what is printed is an answer to a question, never data
}

}  // namespace hutch::guest
