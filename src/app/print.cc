#include "app/print.h"

#include <unistd.h>

#include <algorithm>
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

// Columns a text takes, counted as its characters.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
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

std::string format_table(const Table& table, bool with_legend) {
  std::vector<std::vector<std::string>> rows;
  if (with_legend) rows.push_back(table.columns);
  for (const auto& row : table.rows) {
    rows.emplace_back();
    for (const std::string& cell : row) rows.back().push_back(cell.empty() ? "-" : text::printable(cell));
  }
  std::vector<std::size_t> widths(table.columns.size(), 0);
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], width_of(row[column]));
    }
  }
  std::string result;
  for (const auto& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      result += row[column];
      if (column + 1 < row.size()) result.append(widths[column] - width_of(row[column]) + 2, ' ');
    }
    result += '\n';
  }
  return result;
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
