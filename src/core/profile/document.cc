#include "core/profile/document.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/grammar.h"

namespace hutch::profile {

Origin Document::origin(Place place) const {
  return {.file = file, .line = place.line, .column = place.column};
}

Error Document::at(Place place, std::string message, std::string hint) const {
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = describe(origin(place)) + ": " + message,
               .context = {},
               .hint = std::move(hint)};
}

Error Document::placed(Place place, Error error) const {
  error.message = describe(origin(place)) + ": " + error.message;
  error.kind = ErrorKind::kInvalid;
  return error;
}

Error Document::wrong_type(const Node& node, std::string_view key, const char* wanted) const {
  return at(node.place, text::format(_("'%s' must be %s"), text::printable(key).c_str(), wanted));
}

Error Document::unknown_key(const Key& key, const Keys& known) const {
  Error error = at(key.place, text::format(_("unknown key '%s'"), text::printable(key.text.substr(0, 100)).c_str()));
  if (const auto near = text::nearest(key.text, known)) {
    error.hint = text::format(_("did you mean '%s'?"), std::string(*near).c_str());
  } else {
    const std::vector<std::string> list(known.begin(), known.end());
    error.hint = text::format(_("known are: %s"), text::join(list, ", ").c_str());
  }
  return error;
}

Error Document::repeated(Place place, std::string_view name) const {
  return at(place, text::format(_("'%s' is said twice"), text::printable(name).c_str()));
}

Status Document::refuse_unknown(const Node& table, const Keys& known) const {
  for (const auto& [key, node] : table.entries) {
    if (std::find(known.begin(), known.end(), key.text) == known.end()) return unexpected(unknown_key(key, known));
  }
  return {};
}

Result<const Node*> Document::table_at(const Node& table, std::string_view key) const {
  const Node* const node = table.get(key);
  if (node == nullptr || node->is_table()) return node;
  return unexpected(wrong_type(*node, key, _("a table")));
}

Result<std::vector<const Node*>> Document::items_at(const Node& table, std::string_view key) const {
  std::vector<const Node*> items;
  const Node* const node = table.get(key);
  if (node == nullptr) return items;
  if (node->type != Node::Type::kList) return unexpected(wrong_type(*node, key, _("a list")));
  for (const Node& item : node->items) items.push_back(&item);
  return items;
}

Result<std::optional<std::string>> Document::line_at(const Node& table, std::string_view key) const {
  const Node* const node = table.get(key);
  if (node == nullptr) return std::nullopt;
  return TRY(line_of(*node, key));
}

Result<std::optional<bool>> Document::flag_at(const Node& table, std::string_view key) const {
  const Node* const node = table.get(key);
  if (node == nullptr) return std::nullopt;
  if (node->type != Node::Type::kFlag) return unexpected(wrong_type(*node, key, _("true or false")));
  return node->flag;
}

Result<std::string> Document::text_of(const Node& node, std::string_view key) const {
  if (node.type != Node::Type::kText) return unexpected(wrong_type(node, key, _("a string")));
  if (node.text.size() > kValueLimit) {
    return unexpected(at(node.place, text::format(_("'%s' is too long"), text::printable(key).c_str())));
  }
  if (node.text.find('\0') != std::string::npos) {
    return unexpected(at(node.place, text::format(_("'%s' contains a NUL byte"), text::printable(key).c_str())));
  }
  return node.text;
}

Result<std::string> Document::line_of(const Node& node, std::string_view key) const {
  std::string line = TRY(text_of(node, key));
  if (text::printable(line) == line) return line;
  return unexpected(at(node.place, text::format(_("'%s' contains control characters"), text::printable(key).c_str())));
}

}  // namespace hutch::profile
