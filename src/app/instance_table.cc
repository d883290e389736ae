#include "app/instance_table.h"

#include <array>
#include <ctime>

#include "base/i18n.h"

namespace hutch::app {

std::string local_time(std::int64_t seconds) {
  const auto moment = static_cast<std::time_t>(seconds);
  std::tm parts{};
  std::array<char, 32> text{};
  if (::localtime_r(&moment, &parts) == nullptr) return {};
  return std::string(text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts));
}

Table table_of(const std::vector<ListedInstance>& listed) {
  Table table{.columns = {_("ID"), _("APP"), _("BOX"), _("PROFILE"), _("STATE"), _("PID"), _("STARTED"), _("NETWORK"),
                          _("COMMAND")},
              .rows = {}};
  for (const auto& [record, state] : listed) {
    table.rows.push_back({record.id.str(), record.app.str(), record.box.str(), record.profile.str(), state,
                          std::to_string(record.supervisor), local_time(record.started), record.network,
                          record.command});
  }
  return table;
}

Json json_of(const std::vector<ListedInstance>& listed) {
  Json instances = Json::array();
  for (const auto& [record, state] : listed) {
    instances.push_back(instance::to_json(record));
    instances.back()["state"] = state;
  }
  return Json{{"instances", std::move(instances)}};
}

}  // namespace hutch::app
