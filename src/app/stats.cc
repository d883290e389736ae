#include <poll.h>

#include "app/print.h"
#include "app/rates.h"
#include "app/start.h"
#include "app/targets.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/table.h"
#include "base/text.h"
#include "host/cgroup.h"
#include "host/probe.h"

namespace hutch::app {
namespace {

std::string limited(std::uint64_t value, const std::optional<std::uint64_t>& limit, bool is_size) {
  const auto text = [&](std::uint64_t number) {
    return is_size ? instance::size_text(number) : std::to_string(number);
  };
  return limit ? text(value) + " / " + text(*limit) : text(value);
}

std::string both_ways(const std::optional<std::uint64_t>& in, const std::optional<std::uint64_t>& out) {
  if (!in || !out) return {};
  return instance::size_text(*in) + " / " + instance::size_text(*out);
}

void show(const std::vector<host::Running>& instances, Rates& rates, const StatsOptions& options) {
  Json list = Json::array();
  Table table{
      .columns = {_("ID"), _("APP"), _("STATE"), _("CPU"), _("MEMORY"), _("PEAK"), _("TASKS"), _("DISK"), _("NETWORK")},
      .rows = {}};
  for (const host::Running& one : instances) {
    const instance::Usage usage = host::usage_of(one);
    const double percent = rates.of(one, usage.processor);
    if (options.listing.json) {
      Json json = {{"id", one.record.id.str()}, {"app", one.record.app.str()}, {"processor_percent", percent}};
      json.update(instance::to_json(usage));
      list.push_back(std::move(json));
      continue;
    }
    table.rows.push_back({one.record.id.str(), one.record.app.str(), instance::state_of(usage),
                          text::format("%.1f%%", percent), limited(usage.memory, usage.memory_limit, true),
                          usage.memory_peak ? instance::size_text(*usage.memory_peak) : std::string(),
                          limited(usage.tasks, usage.tasks_limit, false),
                          both_ways(usage.read_bytes, usage.written_bytes),
                          both_ways(usage.received_bytes, usage.sent_bytes)});
  }
  if (!options.listing.json) {
    print_text(format_table(table, options.listing.legend));
  } else if (options.streams) {
    print_text(format_json_line(Json{{"instances", std::move(list)}}) + "\n");
  } else {
    print_json(Json{{"instances", std::move(list)}});
  }
}

}  // namespace

Result<int> stats(const Targets& targets, const StatsOptions& options) {
  const facts::Facts facts = TRY(host::probe());
  Rates rates;
  bool was_found = false;
  while (true) {
    const auto instances = find_targets(facts, targets);
    if (!instances) {
      // What was named has ended meanwhile: so does the stream.
      if (was_found && instances.error().kind == ErrorKind::kNotFound) return kSucceeded;
      return unexpected(instances.error());
    }
    was_found = true;
    show(*instances, rates, options);
    if (!options.streams) return kSucceeded;
    if (!flush_output()) return kFailed;
    (void)::poll(nullptr, 0, static_cast<int>(options.interval.count()));  // cut short, it is looked at sooner
  }
}

}  // namespace hutch::app
