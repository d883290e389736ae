#include "app/print.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::app {
namespace {

std::string printable_lines(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\n\t");
    result += text::printable(text.substr(0, end));
    if (end == std::string_view::npos) break;
    result += text[end];
    text.remove_prefix(end + 1);
  }
  return result;
}

void write(std::FILE* stream, std::string_view text) {
  (void)std::fwrite(text.data(), 1, text.size(), stream);  // flush_output() tells
}

}  // namespace

void print_text(std::string_view text) {
  write(stdout, printable_lines(text));
}

void print_coloured(std::string_view text) {
  write(stdout, text);
}

void print_json(const Json& value) {
  write(stdout, format_json(value));
}

void print_note(std::string_view text) {
  write(stderr, "hutch: " + printable_lines(text) + "\n");
}

void print_note_line(std::string_view line) {
  write(stderr, std::string(line) + "\n");
}

void print_error(const Error& error) {
  print_note(error.describe());
  if (!error.hint.empty()) write(stderr, std::string(_("hint:")) + " " + printable_lines(error.hint) + "\n");
}

bool wants_colours() {
  const char* const refusal = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool is_refused = refusal != nullptr && *refusal != '\0';
  return !is_refused && terminal != nullptr && std::string_view(terminal) != "dumb" && ::isatty(STDOUT_FILENO) != 0;
}

bool flush_output() {
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

}  // namespace hutch::app
