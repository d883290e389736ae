#include <array>
#include <ctime>

#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "host/instances.h"
#include "host/probe.h"

namespace hutch::app {
namespace {

std::string local_time(std::int64_t seconds) {
  const auto moment = static_cast<std::time_t>(seconds);
  std::tm parts{};
  std::array<char, 32> text{};
  if (::localtime_r(&moment, &parts) == nullptr) return {};
  return std::string(text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts));
}

std::vector<std::string> row_of(const instance::Record& record) {
  return {record.id.str(),
          record.app.str(),
          record.box.str(),
          record.profile.str(),
          std::to_string(record.supervisor),
          local_time(record.started),
          record.network,
          record.command};
}

}  // namespace

Result<int> ps(const Listing& listing) {
  const facts::Facts facts = TRY(host::probe());
  const std::vector<host::Running> running = TRY(host::list_instances(facts));
  if (listing.json) {
    Json instances = Json::array();
    for (const host::Running& one : running) instances.push_back(instance::to_json(one.record));
    print_json(Json{{"instances", std::move(instances)}});
    return kSucceeded;
  }
  Table table{
      .columns = {_("ID"), _("APP"), _("BOX"), _("PROFILE"), _("PID"), _("STARTED"), _("NETWORK"), _("COMMAND")},
      .rows = {}};
  for (const host::Running& one : running) table.rows.push_back(row_of(one.record));
  print_text(format_table(table, listing.legend));
  return kSucceeded;
}

}  // namespace hutch::app
