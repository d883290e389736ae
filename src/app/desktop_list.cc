#include <algorithm>

#include "app/desktop_apps.h"
#include "app/desktop_defaults.h"
#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "host/probe.h"
#include "host/profiles.h"

namespace hutch::app {
namespace {

struct ListedWay {
  std::string kind;
  std::string name;
  HostPath file;
  bool is_boxed = false;
};

struct ListedApp {
  std::string name;
  bool is_exported = false;
  std::vector<ListedWay> ways;
  std::vector<HostPath> changed;  // files of the export that somebody changed since, or removed
};

const char* word_of(host::WayKind kind) {
  switch (kind) {
    case host::WayKind::kMenu:
      return "menu";
    case host::WayKind::kActivation:
      return "dbus";
    case host::WayKind::kAutostart:
      break;
  }
  return "autostart";
}

// A shell takes the first program of a name in $PATH.
bool is_led_through_hutch(const HostPath& command) {
  const auto found = host::first_in_path(std::string(command.name()));
  return found && host::is_shim(*found);
}

ListedApp list_default(const facts::Facts& facts, const DesktopApp& app, const std::vector<host::Way>& ways) {
  ListedApp listed{.name = export_name(app), .is_exported = false, .ways = {}, .changed = {}};
  for (const host::Way& way : ways) {
    if (!leads_to(way, app)) continue;
    listed.ways.push_back({.kind = word_of(way.kind),
                           .name = way.name,
                           .file = way.is_boxed ? way.place : way.source,
                           .is_boxed = way.is_boxed});
  }
  if (listed.ways.empty()) return listed;
  for (const HostPath& command : commands_of(app)) {
    listed.ways.push_back({.kind = "path",
                           .name = std::string(command.name()),
                           .file = command,
                           .is_boxed = is_led_through_hutch(command)});
  }
  for (const auto& more : {default_handlers(facts, app, ways), browser_commands(facts, app)}) {
    for (const DefaultWay& way : more) {
      listed.ways.push_back({.kind = way.kind, .name = way.name, .file = way.file, .is_boxed = way.is_boxed});
    }
  }
  return listed;
}

// A box has no ways of its own but those that were written for it.
ListedApp list_box(const DesktopApp& app, const host::Export& exported) {
  ListedApp listed{.name = export_name(app), .is_exported = true, .ways = {}, .changed = {}};
  for (const host::ExportedFile& file : exported.files) {
    if (!file.path.name().ends_with(".desktop")) continue;
    const std::string name(file.path.name().substr(0, file.path.name().rfind('.')));
    listed.ways.push_back({.kind = "menu", .name = name, .file = file.path, .is_boxed = true});
  }
  return listed;
}

Json json_of(const std::vector<ListedApp>& apps) {
  Json list = Json::array();
  for (const ListedApp& app : apps) {
    Json ways = Json::array();
    for (const ListedWay& way : app.ways) {
      ways.push_back(Json{{"way", way.kind}, {"name", way.name}, {"file", way.file.str()}, {"boxed", way.is_boxed}});
    }
    Json changed = Json::array();
    for (const HostPath& path : app.changed) changed.push_back(path.str());
    list.push_back(Json{
        {"app", app.name}, {"exported", app.is_exported}, {"ways", std::move(ways)}, {"changed", std::move(changed)}});
  }
  return Json{{"apps", std::move(list)}};
}

Table table_of(const std::vector<ListedApp>& apps) {
  Table table{.columns = {_("APP"), _("WAY"), _("NAME"), _("STATE")}, .rows = {}};
  for (const ListedApp& app : apps) {
    for (const ListedWay& way : app.ways) {
      table.rows.push_back({app.name, way.kind, way.name, way.is_boxed ? _("boxed") : _("not boxed")});
    }
    for (const HostPath& path : app.changed) table.rows.push_back({app.name, "-", path.str(), _("changed since")});
  }
  return table;
}

std::vector<profile::Request> wishes_of(const facts::Facts& facts, const DesktopRequest& request,
                                        const std::vector<host::Export>& exports) {
  if (!request.apps.empty()) return request.apps;
  std::vector<profile::Request> wishes;
  const auto add = [&](profile::Request wish) {
    const bool is_known = std::any_of(wishes.begin(), wishes.end(), [&](const profile::Request& other) {
      return other.app == wish.app && other.box == wish.box;
    });
    if (!is_known) wishes.push_back(std::move(wish));
  };
  for (const host::Export& exported : exports) {
    auto wish = request_of(exported.name);
    if (wish && !exported.name.starts_with('.')) add(std::move(*wish));
  }
  const auto profiles = request.all ? host::list_profiles(facts) : Result<std::vector<host::Listed>>();
  if (!profiles) return wishes;
  for (const host::Listed& listed : *profiles) {
    profile::Request wish;
    wish.app = listed.id.str();
    if (!listed.is_base) add(std::move(wish));
  }
  return wishes;
}

}  // namespace

Result<int> list_desktop(const DesktopRequest& request) {
  const facts::Facts facts = TRY(host::probe());
  const std::vector<host::Export> exports = TRY(host::list_exports(facts));
  const std::vector<host::Way> ways = TRY(host::find_ways(facts, exports));
  std::vector<ListedApp> apps;
  for (const profile::Request& wish : wishes_of(facts, request, exports)) {
    const DesktopApp app = TRY(identify(facts, wish));
    const auto exported = std::find_if(exports.begin(), exports.end(),
                                       [&](const host::Export& one) { return one.name == export_name(app); });
    const bool is_box = !app.launcher.box.empty();
    if (is_box && exported == exports.end()) continue;
    ListedApp listed = is_box ? list_box(app, *exported) : list_default(facts, app, ways);
    listed.is_exported = exported != exports.end();
    for (const host::ExportedFile& file : listed.is_exported ? exported->files : std::vector<host::ExportedFile>()) {
      if (host::state_of(facts, *exported, file) != host::FileState::kOurs) listed.changed.push_back(file.path);
    }
    if (!listed.ways.empty() || listed.is_exported) apps.push_back(std::move(listed));
  }
  if (request.listing.json) {
    print_json(json_of(apps));
  } else {
    print_text(format_table(table_of(apps), request.listing.legend));
  }
  return kSucceeded;
}

}  // namespace hutch::app
