// A parsed profile: TOML and how to ask for its values. Every error says file:line:column.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml.h"
#include "core/profile/model.h"

namespace hutch::profile {

using Place = TomlPlace;
using Key = TomlKey;
using Node = TomlNode;
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

// Any TOML text of at most kFileLimit bytes.
[[nodiscard]] Result<Document> read_toml(std::string_view text, std::string file);
// The schema of a profile file applied to a document.
[[nodiscard]] Result<Layer> read_document(const Document& document, Rank rank);

}  // namespace hutch::profile
