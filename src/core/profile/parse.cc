#include "core/profile/parse.h"

#include "core/profile/document.h"

namespace hutch::profile {

Result<Layer> parse(std::string_view text, std::string file, Rank rank) {
  Document document{.file = std::move(file), .root = {}};
  document.root = TRY(parse_toml(text, document.file, kFileLimit));
  return read_document(document, rank);
}

}  // namespace hutch::profile
