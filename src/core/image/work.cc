#include "core/image/work.h"

#include <utility>

#include "base/i18n.h"
#include "base/json.h"

namespace hutch::image {
namespace {

constexpr std::size_t kLowerLimit = 512;
constexpr std::size_t kPhraseLimit = 2048;  // bytes of a failure

tl::unexpected<Error> broken() {
  return failure(ErrorKind::kInvalid, _("a message between hutch and its unpacker is damaged"));
}

bool take(const Json& json, const char* key, std::string& value) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return false;
  value = found->get<std::string>();
  return true;
}

bool take(const Json& json, const char* key, bool& value) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_boolean()) return false;
  value = found->get<bool>();
  return true;
}

template <std::unsigned_integral T>
bool take(const Json& json, const char* key, T& value) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_unsigned()) return false;
  const auto number = found->get<std::uint64_t>();
  value = static_cast<T>(number);
  return std::in_range<T>(number);
}

bool take(const Json& json, const char* key, std::vector<std::string>& values) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array() || found->size() > kLowerLimit) return false;
  for (const Json& value : *found) {
    if (!value.is_string()) return false;
    values.push_back(value.get<std::string>());
  }
  return true;
}

bool take(const Json& json, const char* key, Limits& limits) {
  const auto found = json.find(key);
  return found != json.end() && found->is_object() && take(*found, "entries", limits.entries) &&
         take(*found, "bytes", limits.bytes) && take(*found, "free_ratio", limits.free_ratio) &&
         take(*found, "ratio", limits.ratio);
}

Result<Json> parse_object(std::string_view bytes) {
  if (bytes.size() > kOrderLimit) return broken();
  auto json = parse_json(bytes);
  if (!json || !json->is_object()) return broken();
  return std::move(*json);
}

}  // namespace

std::string encode(const Order& order) {
  Json json;
  json["act"] = static_cast<unsigned>(order.act);
  json["tree"] = order.tree;
  json["lowers"] = order.lowers;
  json["trees"] = order.trees;
  json["other"] = order.other;
  json["diff_id"] = order.diff_id.str();
  json["has_pipe"] = order.has_pipe;
  json["uses_zstd"] = order.uses_zstd;
  json["has_own_id_only"] = order.has_own_id_only;
  json["limits"] = {{"entries", order.limits.entries},
                    {"bytes", order.limits.bytes},
                    {"free_ratio", order.limits.free_ratio},
                    {"ratio", order.limits.ratio}};
  return format_json_line(json);
}

Result<Order> decode_order(std::string_view bytes) {
  const Json json = TRY(parse_object(bytes));
  Order order;
  std::uint8_t act = 0;
  std::string diff_id;
  const bool is_whole = take(json, "act", act) && take(json, "tree", order.tree) &&
                        take(json, "lowers", order.lowers) && take(json, "trees", order.trees) &&
                        take(json, "other", order.other) && take(json, "diff_id", diff_id) &&
                        take(json, "has_pipe", order.has_pipe) && take(json, "uses_zstd", order.uses_zstd) &&
                        take(json, "has_own_id_only", order.has_own_id_only) && take(json, "limits", order.limits);
  if (!is_whole || act > static_cast<std::uint8_t>(Act::kPack)) return broken();
  order.act = static_cast<Act>(act);
  if (!diff_id.empty()) order.diff_id = TRY(Digest::parse(diff_id));
  return order;
}

std::string encode(const Answer& answer) {
  Json json;
  json["kind"] = static_cast<unsigned>(answer.kind);
  json["code"] = static_cast<unsigned>(answer.code);
  json["failure"] = answer.failure;
  json["hint"] = answer.hint;
  json["entries"] = answer.entries;
  json["bytes"] = answer.bytes;
  json["diff_id"] = answer.diff_id.str();
  return format_json_line(json);
}

Result<Answer> decode_answer(std::string_view bytes) {
  constexpr std::uint16_t kErrnoLimit = 4095;  // MAX_ERRNO, linux/err.h
  const Json json = TRY(parse_object(bytes));
  Answer answer;
  std::uint8_t kind = 0;
  std::uint16_t code = 0;
  std::string diff_id;
  const bool is_whole = take(json, "kind", kind) && take(json, "code", code) && take(json, "failure", answer.failure) &&
                        take(json, "hint", answer.hint) && take(json, "entries", answer.entries) &&
                        take(json, "bytes", answer.bytes) && take(json, "diff_id", diff_id);
  if (!is_whole || kind > static_cast<std::uint8_t>(ErrorKind::kSystem) || code > kErrnoLimit ||
      answer.failure.size() > kPhraseLimit || answer.hint.size() > kPhraseLimit) {
    return broken();
  }
  answer.kind = static_cast<ErrorKind>(kind);
  answer.code = code;
  if (!diff_id.empty()) answer.diff_id = TRY(Digest::parse(diff_id));
  return answer;
}

}  // namespace hutch::image
