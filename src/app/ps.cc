#include "app/instance_table.h"
#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/text.h"
#include "host/cgroup.h"
#include "host/instances.h"
#include "host/probe.h"
#include "host/process_tree.h"

namespace hutch::app {
namespace {

void add_processes(const std::vector<host::Running>& running, Json& instances) {
  for (std::size_t index = 0; index < running.size(); ++index) {
    Json& processes = instances[index]["processes"] = Json::array();
    for (const host::TreeProcess& process : host::process_tree(running[index])) {
      processes.push_back(Json{
          {"pid", process.pid}, {"parent", process.parent}, {"depth", process.depth}, {"command", process.command}});
    }
  }
}

// Each instance, and below it its processes.
std::string tree_text(const std::vector<host::Running>& running) {
  constexpr std::size_t kIndent = 2;
  std::string result;
  for (const host::Running& one : running) {
    result += one.record.id.str() + "  " + text::printable(one.record.app.str()) + "  " + host::state_of(one) + "\n";
    for (const host::TreeProcess& process : host::process_tree(one)) {
      result += std::string(kIndent * (1 + static_cast<std::size_t>(process.depth)), ' ') +
                text::format("%d ", process.pid) + text::printable(process.command) + "\n";
    }
  }
  return result;
}

}  // namespace

Result<int> ps(const Listing& listing, bool with_processes) {
  const facts::Facts facts = TRY(host::probe());
  const std::vector<host::Running> running = TRY(host::list_instances(facts));
  if (with_processes && !listing.json) {
    print_text(tree_text(running));
    return kSucceeded;
  }
  std::vector<ListedInstance> listed;
  for (const host::Running& one : running) listed.push_back({.record = one.record, .state = host::state_of(one)});
  if (!listing.json) {
    print_text(format_table(table_of(listed), listing.legend));
    return kSucceeded;
  }
  Json json = json_of(listed);
  if (with_processes) add_processes(running, json["instances"]);
  print_json(json);
  return kSucceeded;
}

}  // namespace hutch::app
