#include "core/instance/record.h"

#include <utility>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::instance {
namespace {

Error broken(const char* key) {
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = text::format(_("an instance record has no usable '%s'"), key),
               .context = {},
               .hint = {}};
}

Result<std::string> text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return unexpected(broken(key));
  return found->get<std::string>();
}

// "" is a name that was not set.
template <class T>
Result<T> name_at(const Json& json, const char* key) {
  const std::string text = TRY(text_at(json, key));
  if (text.empty()) return T();
  return T::parse(text);
}

template <class T>
Result<T> number_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number_integer()) return unexpected(broken(key));
  // Numbers beyond 63 bits are held unsigned, negative ones signed.
  const bool is_unsigned = found->is_number_unsigned();
  const std::uint64_t magnitude = is_unsigned ? found->get<std::uint64_t>() : 0;
  const std::int64_t value = is_unsigned ? 0 : found->get<std::int64_t>();
  const bool fits = is_unsigned ? std::in_range<T>(magnitude) : std::in_range<T>(value);
  if (!fits) return unexpected(broken(key));
  return is_unsigned ? static_cast<T>(magnitude) : static_cast<T>(value);
}

Result<std::vector<std::string>> lines_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) return unexpected(broken(key));
  std::vector<std::string> lines;
  for (const Json& line : *found) {
    if (!line.is_string()) return unexpected(broken(key));
    lines.push_back(line.get<std::string>());
  }
  return lines;
}

}  // namespace

Json to_json(const Record& record) {
  Json json;
  json["version"] = kRecordVersion;
  json["id"] = record.id.str();
  json["profile"] = record.profile.str();
  json["box"] = record.box.str();
  json["app"] = record.app.str();
  json["command"] = record.command;
  json["started"] = record.started;
  json["supervisor"] = record.supervisor;
  json["supervisor_start"] = record.supervisor_start;
  json["init"] = record.init;
  json["scope"] = record.scope;
  json["network"] = record.network;
  json["weakenings"] = record.weakenings;
  json["warnings"] = record.warnings;
  return json;
}

Result<Record> parse_record(std::string_view text) {
  const Json json = TRY(parse_json(text));
  if (!json.is_object()) return failure(ErrorKind::kInvalid, _("an instance record is no JSON object"));
  const int version = TRY(number_at<int>(json, "version"));
  if (version != kRecordVersion) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("an instance record has version %d, not %d"), version, kRecordVersion));
  }
  Record record;
  record.id = TRY(name_at<InstanceId>(json, "id"));
  if (record.id.empty()) return unexpected(broken("id"));
  record.profile = TRY(name_at<ProfileName>(json, "profile"));
  record.box = TRY(name_at<BoxName>(json, "box"));
  record.app = TRY(name_at<AppId>(json, "app"));
  record.command = TRY(text_at(json, "command"));
  record.started = TRY(number_at<std::int64_t>(json, "started"));
  record.supervisor = TRY(number_at<std::int32_t>(json, "supervisor"));
  record.supervisor_start = TRY(number_at<std::uint64_t>(json, "supervisor_start"));
  record.init = TRY(number_at<std::int32_t>(json, "init"));
  record.scope = TRY(text_at(json, "scope"));
  record.network = TRY(text_at(json, "network"));
  record.weakenings = TRY(lines_at(json, "weakenings"));
  record.warnings = TRY(lines_at(json, "warnings"));
  return record;
}

}  // namespace hutch::instance
