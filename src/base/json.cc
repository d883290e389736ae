#include "base/json.h"

#include <set>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"

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

Status check_size(std::string_view text) {
  if (text.size() > kJsonLimit) return failure(ErrorKind::kInvalid, _("JSON text is too large"));
  if (depth_of(text) > kDepthLimit) return failure(ErrorKind::kInvalid, _("JSON text is nested too deeply"));
  return {};
}

}  // namespace

Result<Json> parse_json_without_doubles(std::string_view text) {
  TRY(check_size(text));
  std::vector<std::set<std::string>> open;  // keys of the objects we are in
  std::string twice;
  const auto watch = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !open.back().insert(value.get<std::string>()).second) {
      twice = value.get<std::string>();
    }
    return true;
  };
  Json value = Json::parse(text, watch, false);
  if (value.is_discarded()) return failure(ErrorKind::kInvalid, _("text is not valid JSON"));
  if (!twice.empty()) {
    return failure(ErrorKind::kInvalid, text::format(_("'%s' is said twice"), text::printable(twice).c_str()));
  }
  return value;
}

Result<Json> parse_json(std::string_view text) {
  TRY(check_size(text));
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
