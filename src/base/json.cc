#include "base/json.h"

#include "base/i18n.h"

namespace hutch {
namespace {

constexpr int kDepthLimit = 64;

int depth_of(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const char c = text[index];
    if (in_string) {
      if (c == '\\') ++index;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  if (text.size() > kJsonLimit) return failure(ErrorKind::kInvalid, _("JSON text is too large"));
  if (depth_of(text) > kDepthLimit) return failure(ErrorKind::kInvalid, _("JSON text is nested too deeply"));
  Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return failure(ErrorKind::kInvalid, _("text is not valid JSON"));
  return value;
}

std::string format_json(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string format_json_line(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace hutch
