#include <algorithm>

#include "app/instance_table.h"
#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/instance/usage.h"
#include "host/history.h"
#include "host/instances.h"
#include "host/probe.h"

namespace hutch::app {
namespace {

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

// What ended it, in a word or two.
std::string end_of(const Json& run) {
  const std::string cause = text_at(run, "cause");
  const std::string outcome = text_at(run, "outcome");
  if (cause == "memory") return _("out of memory");
  if (cause == "time") return _("time over");
  if (cause == "idle") return _("idle");
  if (outcome == "exited") return text::format(_("status %d"), static_cast<int>(number_at(run, "value")));
  if (outcome == "signalled") return text::format(_("signal %d"), static_cast<int>(number_at(run, "value")));
  if (outcome == "lost") return _("lost");
  return outcome == "killed" ? _("killed") : _("not started");
}

bool is_of(const Json& run, const std::vector<std::string>& names) {
  const std::string box = text_at(run, "box");
  const std::string profile = text_at(run, "profile");
  return names.empty() || std::any_of(names.begin(), names.end(), [&](const std::string& name) {
           return name == text_at(run, "id") || name == text_at(run, "app") || name == profile ||
                  (!box.empty() && name == profile + "@" + box);
         });
}

}  // namespace

Result<int> history(const std::vector<std::string>& names, std::size_t most, const Listing& listing) {
  const facts::Facts facts = TRY(host::probe());
  (void)host::list_instances(facts);  // notes what a killed supervisor could not
  std::vector<Json> runs = TRY(host::read_history(facts));
  std::erase_if(runs, [&](const Json& run) { return !is_of(run, names); });
  if (runs.size() > most) runs.erase(runs.begin(), runs.end() - static_cast<std::ptrdiff_t>(most));
  if (listing.json) {
    print_json(Json{{"runs", std::move(runs)}});
    return kSucceeded;
  }
  Table table{.columns = {_("ID"), _("APP"), _("STARTED"), _("LASTED"), _("PEAK"), _("END"), _("COMMAND")}, .rows = {}};
  for (const Json& run : runs) {
    const std::int64_t peak = number_at(run, "memory_peak");
    const std::int64_t seconds = std::max<std::int64_t>(number_at(run, "ended") - number_at(run, "started"), 0);
    table.rows.push_back({text_at(run, "id"), text_at(run, "app"), local_time(number_at(run, "started")),
                          text::format("%lld s", static_cast<long long>(seconds)),
                          peak > 0 ? instance::size_text(static_cast<std::uint64_t>(peak)) : std::string(), end_of(run),
                          text_at(run, "command")});
  }
  print_text(format_table(table, listing.legend));
  return kSucceeded;
}

}  // namespace hutch::app
