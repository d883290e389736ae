#include "core/instance/history.h"

#include "base/text.h"

namespace hutch::instance {
namespace {

constexpr std::size_t kCommandLimit = 1024;  // bytes of a command that are kept

Json beginning(const Record& record) {
  return {{"id", record.id.str()},
          {"app", record.app.str()},
          {"profile", record.profile.str()},
          {"box", record.box.str()},
          {"command", record.command.substr(0, kCommandLimit)},
          {"scope", record.scope},
          {"started", record.started}};
}

}  // namespace

std::string epitaph_of(const Record& record) {
  std::string line = format_json_line(beginning(record));
  line.pop_back();  // the closing brace
  return line;
}

std::string lost_line(const Record& record, std::int64_t found) {
  Json json = beginning(record);
  json["ended"] = found;
  json["outcome"] = "lost";
  json["value"] = 0;
  json["status"] = 137;
  json["cause"] = "";
  return format_json_line(json) + "\n";
}

std::vector<Json> parse_history(std::string_view text) {
  std::vector<Json> lines;
  for (const std::string_view line : text::split(text, '\n')) {
    if (line.empty()) continue;
    auto json = parse_json(line);
    const bool is_whole = json && json->is_object() && json->contains("id") && (*json)["id"].is_string() &&
                          json->contains("outcome") && (*json)["outcome"].is_string() && json->contains("started") &&
                          (*json)["started"].is_number_integer() && json->contains("ended") &&
                          (*json)["ended"].is_number_integer();
    if (is_whole) lines.push_back(std::move(*json));
  }
  return lines;
}

}  // namespace hutch::instance
