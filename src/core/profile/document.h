// A parsed TOML document without the library behind it: values with their places, and how to ask for one.
//
// Every error says file:line:column. Times, dates and floating-point numbers have no place in a profile and are kOther.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/profile/model.h"

namespace hutch::profile {

struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Key {
  std::string text;
  Place place;
};

struct Node {
  enum class Type : std::uint8_t { kText, kNumber, kFlag, kList, kTable, kOther };
  Type type = Type::kOther;
  Place place;
  std::string text;
  std::int64_t number = 0;
  bool flag = false;
  std::vector<Node> items;                    // of a list
  std::vector<std::pair<Key, Node>> entries;  // of a table, sorted by key

  [[nodiscard]] const Node* get(std::string_view key) const;
  [[nodiscard]] bool is_table() const { return type == Type::kTable; }
};

using Keys = std::vector<std::string_view>;

struct Document {
  std::string file;
  Node root;

  [[nodiscard]] Origin origin(Place place) const;
  [[nodiscard]] Error at(Place place, std::string message, std::string hint = {}) const;
  // An error that knows no place yet.
  [[nodiscard]] Error placed(Place place, Error error) const;
  [[nodiscard]] Error wrong_type(const Node& node, std::string_view key, const char* wanted) const;
  [[nodiscard]] Error unknown_key(const Key& key, const Keys& known) const;
  [[nodiscard]] Error repeated(Place place, std::string_view name) const;

  [[nodiscard]] Status refuse_unknown(const Node& table, const Keys& known) const;
  // Absent keys are nothing; values of another type are errors.
  [[nodiscard]] Result<const Node*> table_at(const Node& table, std::string_view key) const;
  [[nodiscard]] Result<std::vector<const Node*>> items_at(const Node& table, std::string_view key) const;
  [[nodiscard]] Result<std::optional<std::string>> line_at(const Node& table, std::string_view key) const;
  [[nodiscard]] Result<std::optional<bool>> flag_at(const Node& table, std::string_view key) const;
  // Text without NUL bytes; a line has no control characters either.
  [[nodiscard]] Result<std::string> text_of(const Node& node, std::string_view key) const;
  [[nodiscard]] Result<std::string> line_of(const Node& node, std::string_view key) const;
};

// The schema of a profile file applied to a document.
[[nodiscard]] Result<Layer> read_document(const Document& document, Rank rank);

}  // namespace hutch::profile
