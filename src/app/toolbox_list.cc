#include <time.h>

#include <algorithm>

#include "app/print.h"
#include "app/start.h"
#include "app/toolbox.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/plan/describe.h"
#include "host/probe.h"

namespace hutch::app {
namespace {

std::string time_of(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  char text[32];
  if (::localtime_r(&time, &parts) == nullptr) return "?";
  return std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts) > 0 ? text : "?";
}

Json to_json(const host::Toolbox& toolbox, bool is_running) {
  Json snapshots = Json::array();
  for (const toolbox::Snapshot& one : toolbox.stack.snapshots) {
    snapshots.push_back({{"name", one.name}, {"created", one.created}});
  }
  return {{"name", toolbox.name.str()},
          {"id", toolbox.declared.id.str()},
          {"image", toolbox.declared.image},
          {"manifest", toolbox.declared.manifest},
          {"profile", toolbox.declared.profile.str()},
          {"hostname", toolbox.declared.hostname},
          {"created", toolbox.declared.created},
          {"init", toolbox.declared.has_init},
          {"own-id-only", toolbox.declared.has_own_id_only},
          {"running", is_running},
          {"home", toolbox.home().str()},
          {"layers", toolbox.stack.base.size() + toolbox.stack.frozen.size() + 1},
          {"snapshots", std::move(snapshots)}};
}

std::string line(const char* what, const std::string& value) {
  return value.empty() ? std::string() : text::format("%-12s%s\n", what, text::printable(value).c_str());
}

// What was exported knows a toolbox by its id.
Result<host::Toolbox> find_by_id(const facts::Facts& facts, const std::string& id, Error otherwise) {
  for (const std::string& name : TRY(host::list_toolboxes(facts))) {
    auto toolbox = host::read_toolbox(facts, name);
    if (toolbox && toolbox->declared.id.str() == id) return toolbox;
  }
  return unexpected(std::move(otherwise));
}

}  // namespace

Result<host::Toolbox> find_toolbox(const facts::Facts& facts, const std::string& name) {
  if (!name.empty()) {
    auto named = host::read_toolbox(facts, name);
    return named || !InstanceId::parse(name) ? named : find_by_id(facts, name, std::move(named).error());
  }
  const std::vector<std::string> names = TRY(host::list_toolboxes(facts));
  if (names.size() == 1) return host::read_toolbox(facts, names.front());
  if (names.empty()) {
    return failure(ErrorKind::kUsage, _("there is no toolbox yet"), _("hutch create --image debian:13"));
  }
  return failure(ErrorKind::kUsage, _("there are several toolboxes: say which"), text::join(names, ", "));
}

Result<int> list_toolboxes(const Listing& listing) {
  const facts::Facts facts = TRY(host::probe());
  const std::vector<host::Running> instances = TRY(host::list_instances(facts));
  const auto is_running = [&](const host::Toolbox& toolbox) {
    return std::any_of(instances.begin(), instances.end(),
                       [&](const host::Running& running) { return running.record.id == toolbox.declared.id; });
  };
  Json documents = Json::array();
  Table table{.columns = {_("NAME"), _("IMAGE"), _("STATE"), _("CREATED")}, .rows = {}};
  for (const std::string& name : TRY(host::list_toolboxes(facts))) {
    auto toolbox = host::read_toolbox(facts, name);
    if (!toolbox) {
      print_error(toolbox.error());
      continue;
    }
    const bool runs = is_running(*toolbox);
    documents.push_back(to_json(*toolbox, runs));
    table.rows.push_back(
        {name, toolbox->declared.image, runs ? _("running") : _("idle"), time_of(toolbox->declared.created)});
  }
  if (listing.json) {
    print_json({{"toolboxes", std::move(documents)}});
  } else {
    print_text(format_table(table, listing.legend));
  }
  return kSucceeded;
}

Result<int> inspect_toolbox(const std::string& name, bool json) {
  facts::Facts facts = TRY(host::probe());
  const host::Toolbox toolbox = TRY(find_toolbox(facts, name));
  const bool runs = TRY(running_toolbox(facts, toolbox)).has_value();
  const plan::Plan plan = TRY(plan_toolbox(facts, toolbox));
  if (json) {
    Json document = to_json(toolbox, runs);
    document["plan"] = plan::to_json(plan);
    print_json({{"toolboxes", Json::array({std::move(document)})}});
    return kSucceeded;
  }
  const toolbox::Toolbox& declared = toolbox.declared;
  std::string text = line(_("name"), toolbox.name.str()) + line(_("id"), declared.id.str()) +
                     line(_("image"), declared.image) + line(_("manifest"), declared.manifest) +
                     line(_("state"), runs ? _("running") : _("idle")) + line(_("profile"), declared.profile.str()) +
                     line(_("hostname"), plan.sandbox.namespaces.hostname) + line(_("shell"), declared.shell) +
                     line(_("home"), toolbox.home().str()) + line(_("network"), plan.network_mode) +
                     line(_("created"), time_of(declared.created));
  if (declared.has_init) text += line(_("init"), _("the image's, with cgroups of its own"));
  if (declared.has_own_id_only) {
    text +=
        line(_("ids"), _("your own only, as root: owners are not kept, and nothing inside can become another user"));
  }
  for (const std::string& entry : declared.environment) text += line(_("variable"), entry);
  for (const toolbox::Snapshot& one : toolbox.stack.snapshots) {
    text += line(_("snapshot"), one.name + ", " + time_of(one.created));
  }
  for (const std::string& flag : plan.weakenings) text += line(_("weakened by"), flag);
  print_text(text);
  return kSucceeded;
}

Result<int> list_snapshots(const std::string& name, const Listing& listing) {
  const facts::Facts facts = TRY(host::probe());
  const host::Toolbox toolbox = TRY(find_toolbox(facts, name));
  if (listing.json) {
    print_json({{"snapshots", to_json(toolbox, false)["snapshots"]}});
    return kSucceeded;
  }
  Table table{.columns = {_("SNAPSHOT"), _("CREATED")}, .rows = {}};
  for (const toolbox::Snapshot& one : toolbox.stack.snapshots) table.rows.push_back({one.name, time_of(one.created)});
  print_text(format_table(table, listing.legend));
  return kSucceeded;
}

}  // namespace hutch::app
