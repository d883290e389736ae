// The one includer of toml++; what it finds becomes a Document.
//
// The header alone, whatever pkg-config says of a shared library: that one is built with exceptions.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
// toml++ 3.3 asserts, or with NDEBUG assumes, what malformed input breaks: "[=" before a key. Without the assertion the
// next statement reports the error.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 16

#include "core/profile/parse.h"

#include <toml++/toml.h>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/document.h"

namespace hutch::profile {
namespace {

// toml++ recurses once for every part of a dotted key, with no bound of its own.
constexpr std::size_t kDotsInLine = 128;

Place place_of(const toml::source_region& where) {
  return {.line = static_cast<std::uint32_t>(where.begin.line),
          .column = static_cast<std::uint32_t>(where.begin.column)};
}

Node convert(const toml::node& from) {
  Node node{.place = place_of(from.source())};
  if (const auto* const text = from.as_string()) {
    node.type = Node::Type::kText;
    node.text = text->get();
  } else if (const auto* const number = from.as_integer()) {
    node.type = Node::Type::kNumber;
    node.number = number->get();
  } else if (const auto* const flag = from.as_boolean()) {
    node.type = Node::Type::kFlag;
    node.flag = flag->get();
  } else if (const auto* const list = from.as_array()) {
    node.type = Node::Type::kList;
    for (const toml::node& item : *list) node.items.push_back(convert(item));
  } else if (const auto* const table = from.as_table()) {
    node.type = Node::Type::kTable;
    for (const auto& [key, value] : *table) {
      node.entries.emplace_back(Key{.text = std::string(key.str()), .place = place_of(key.source())}, convert(value));
    }
  }
  return node;
}

// What toml++ should not see: NUL bytes, which it would take for an end, and keys that nest without end.
Status check_bytes(std::string_view text, const std::string& file) {
  if (text.size() > kFileLimit) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("%s: larger than %zu bytes"), text::printable(file).c_str(), kFileLimit));
  }
  Origin origin{.file = file, .line = 1, .column = 0};
  std::size_t dots = 0;
  for (const char c : text) {
    ++origin.column;
    if (c == '\0') {
      return failure(ErrorKind::kInvalid,
                     text::format(_("%s: the file contains a NUL byte"), describe(origin).c_str()));
    }
    if (c == '.' && ++dots > kDotsInLine) {
      return failure(ErrorKind::kInvalid,
                     text::format(_("%s: more than %zu dots in one line"), describe(origin).c_str(), kDotsInLine));
    }
    if (c != '\n') continue;
    ++origin.line;
    origin.column = 0;
    dots = 0;
  }
  return {};
}

}  // namespace

Result<Layer> parse(std::string_view text, std::string file, Rank rank) {
  TRY(check_bytes(text, file));
  const toml::parse_result parsed = toml::parse(text, std::string_view(file));
  Document document{.file = std::move(file), .root = {}};
  if (!parsed) {
    const std::string problem(parsed.error().description());
    return unexpected(document.at(place_of(parsed.error().source()), text::printable(problem)));
  }
  document.root = convert(parsed.table());
  return read_document(document, rank);
}

}  // namespace hutch::profile
