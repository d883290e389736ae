// Tables for people: columns as wide as they need to be, texts from outside without control characters.
#pragma once

#include <string>
#include <vector>

namespace hutch {

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};
[[nodiscard]] std::string format_table(const Table& table, bool with_legend);

}  // namespace hutch
