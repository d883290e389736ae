#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "core/plan/describe.h"
#include "host/graft.h"
#include "host/instances.h"
#include "host/probe.h"

namespace hutch::app {
namespace {

// One value of a record as people read it.
std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return format_json_line(value);
  std::string text;
  for (const Json& item : value) text += (text.empty() ? "" : ", ") + text_of(item);
  return text;
}

}  // namespace

Result<int> inspect(const std::vector<std::string>& names, bool json) {
  const facts::Facts facts = TRY(host::probe());
  Json instances = Json::array();
  for (const std::string& name : names) {
    const host::Running running = TRY(host::find_instance(facts, name));
    const plan::Plan plan = TRY(host::read_plan(running.directory));
    Json shown = instance::to_json(running.record);
    const std::vector<host::Graft> grafts = TRY(host::list_grafts(running));
    if (json) {
      shown["live"] = Json::array();
      for (const host::Graft& graft : grafts) {
        shown["live"].push_back({{"path", graft.path}, {"until", graft.until}});
      }
      shown["directory"] = running.directory.str();
      shown["plan"] = plan::to_json(plan);
      instances.push_back(std::move(shown));
      continue;
    }
    Table table{.columns = {"", ""}, .rows = {}};
    for (const auto& [key, value] : shown.items()) table.rows.push_back({key, text_of(value)});
    for (const host::Graft& graft : grafts) table.rows.push_back({"live", graft.path});
    print_text(format_table(table, false) + "\n" + plan::describe(plan));
  }
  if (json) print_json(Json{{"instances", std::move(instances)}});
  return kSucceeded;
}

}  // namespace hutch::app
