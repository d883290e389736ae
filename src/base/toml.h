// TOML as a tree without the library behind it: values with their places. Times, dates and floating-point numbers are
// kOther.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace hutch {

struct TomlPlace {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct TomlKey {
  std::string text;
  TomlPlace place;
};

struct TomlNode {
  enum class Type : std::uint8_t { kText, kNumber, kFlag, kList, kTable, kOther };
  Type type = Type::kOther;
  TomlPlace place;
  std::string text;
  std::int64_t number = 0;
  bool flag = false;
  std::vector<TomlNode> items;                        // of a list
  std::vector<std::pair<TomlKey, TomlNode>> entries;  // of a table, sorted by key

  [[nodiscard]] const TomlNode* get(std::string_view key) const;
  [[nodiscard]] bool is_table() const { return type == Type::kTable; }
};

// A whole document of at most `limit` bytes; `file` is only named in errors, which say file:line:column.
[[nodiscard]] Result<TomlNode> parse_toml(std::string_view text, const std::string& file, std::size_t limit);

// A basic string (TOML 1.0, "String"), quotes included.
[[nodiscard]] std::string toml_quoted(std::string_view text);

}  // namespace hutch
