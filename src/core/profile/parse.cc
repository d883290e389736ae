#include "core/profile/parse.h"

#include "core/profile/document.h"

namespace hutch::profile {

Result<Document> read_toml(std::string_view text, std::string file) {
  Document document{.file = std::move(file), .root = {}};
  document.root = TRY(parse_toml(text, document.file, kFileLimit));
  return document;
}

Result<Layer> parse(std::string_view text, std::string file, Rank rank) {
  return read_document(TRY(read_toml(text, std::move(file))), rank);
}

}  // namespace hutch::profile
