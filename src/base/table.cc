#include "base/table.h"

#include <algorithm>

#include "base/text.h"

namespace hutch {
namespace {

// Columns a text takes, counted as its characters.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

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

}  // namespace hutch
