#include "app/desktop_apps.h"

#include <algorithm>

#include "app/desktop_defaults.h"
#include "app/resolve.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/desktop/badge.h"
#include "core/profile/merge.h"
#include "host/icon_files.h"
#include "host/profiles.h"
#include "host/queries.h"
#include "os/file.h"

namespace hutch::app {
namespace {

constexpr mode_t kEntryMode = 0644;
constexpr mode_t kProgramMode = 0755;

void add_program(DesktopApp& app, const HostPath& path) {
  const auto program = host::find_program_file(path.str());
  if (program) app.programs.insert(program->names.begin(), program->names.end());
}

// The file of a box's entry. The first has the app id as its name, by which portals know the app.
Result<HostPath> box_entry(const facts::Facts& facts, const DesktopApp& app, const host::Way& way, bool is_first) {
  const std::string name = is_first ? app.id.str() : way.name + "." + app.launcher.box.str();
  return (facts.directories.data / "applications").join(name + ".desktop");
}

// The app's icon with the box's badge, for those whose icon is a file that can be found.
std::optional<host::WantedFile> badge(const facts::Facts& facts, const DesktopApp& app, const host::Way& way,
                                      const HostPath& entry) {
  const std::string* const icon = way.content.find(desktop::kEntryGroup, "Icon");
  const auto file = icon == nullptr ? std::nullopt : host::find_icon(facts, desktop::unescape(*icon));
  if (!file) return std::nullopt;
  const auto image = os::read_file(*file, desktop::kIconLimit);
  const auto type = desktop::media_type_of(file->name());
  const std::string name(entry.name().substr(0, entry.name().rfind('.')));
  auto place = (facts.directories.data / "icons/hicolor/scalable/apps").join(name + ".svg");
  if (!image || !type || !place) return std::nullopt;
  return host::WantedFile{
      .path = std::move(*place), .content = desktop::badged_icon(*image, *type, app.launcher.box), .mode = kEntryMode};
}

Result<host::WantedFile> wanted_entry(const host::Way& way, const DesktopApp& app, const HostPath& place) {
  desktop::Launcher launcher = app.launcher;
  launcher.origin = way.source;
  const bool is_service = way.kind == host::WayKind::kActivation;
  const auto make = is_service ? desktop::sandboxed_service : desktop::sandboxed_entry;
  const desktop::KeyFile entry = TRY_IN(text::format(_("'%s'"), text::printable(way.source.str()).c_str()),
                                        make(way.content, launcher, host::installed_program));
  return host::WantedFile{.path = place, .content = desktop::format(entry), .mode = kEntryMode};
}

Result<std::vector<host::WantedFile>> wanted_of_box(const facts::Facts& facts, const DesktopApp& app,
                                                    const std::vector<host::Way>& ways) {
  std::vector<host::WantedFile> files;
  std::vector<host::WantedFile> icons;
  for (const host::Way& way : ways) {
    if (way.kind != host::WayKind::kMenu || !way.is_shown || way.starts_hutch || !leads_to(way, app)) continue;
    const HostPath place = TRY(box_entry(facts, app, way, files.empty()));
    DesktopApp badged = app;
    if (auto icon = badge(facts, app, way, place)) {
      badged.launcher.icon = icon->path.str();
      icons.push_back(std::move(*icon));
    }
    files.push_back(TRY(wanted_entry(way, badged, place)));
  }
  files.insert(files.end(), std::make_move_iterator(icons.begin()), std::make_move_iterator(icons.end()));
  return files;
}

}  // namespace

Result<DesktopApp> identify(const facts::Facts& facts, const profile::Request& request) {
  const host::Resolved resolved = TRY(profile_of(facts, request));
  const auto layers = TRY(host::load_layers(facts, resolved, request.box));
  const profile::Profile profile = TRY(profile::merge(resolved.profile, layers, request));
  DesktopApp app{.launcher = {.hutch = TRY(host::own_program()),
                              .app = resolved.profile.str(),
                              .box = request.box,
                              .icon = {},
                              .origin = {}},
                 .id = profile.app,
                 .names = {profile.match.desktop.begin(), profile.match.desktop.end()},
                 .programs = {}};
  if (request.box.empty()) app.names.insert(profile.app.str());
  for (const HostPath& command : profile.match.command) add_program(app, command);
  const bool has_file = !resolved.derived && (!profile.match.desktop.empty() || !profile.match.command.empty());
  if (!has_file && !resolved.program.is_root()) {
    add_program(app, resolved.program);
    // A path holds no box (its '@' would be its own): the program's name does.
    app.launcher.app = request.box.empty() ? resolved.program.str() : std::string(resolved.program.name());
  }
  return app;
}

std::string export_name(const DesktopApp& app) {
  return desktop::app_word(app.launcher);
}

Result<profile::Request> request_of(const std::string& export_name) {
  profile::Request request;
  const std::size_t at = export_name.find('/') == std::string::npos ? export_name.rfind('@') : std::string::npos;
  request.app = export_name.substr(0, at);
  if (at != std::string::npos) request.box = TRY(BoxName::parse(std::string_view(export_name).substr(at + 1)));
  return request;
}

bool leads_to(const host::Way& way, const DesktopApp& app) {
  if (app.names.contains(way.name)) return true;
  return std::any_of(way.program.names.begin(), way.program.names.end(),
                     [&](const HostPath& name) { return app.programs.contains(name); });
}

std::vector<HostPath> commands_of(const DesktopApp& app) {
  std::set<std::string> names;
  for (const HostPath& program : app.programs) names.emplace(program.name());
  std::vector<HostPath> commands;
  for (const std::string& name : names) {
    const auto found = host::find_command(name);
    if (found && app.programs.contains(found->real)) commands.push_back(found->path);
  }
  return commands;
}

HostPath shim_place(const facts::Facts& facts, const HostPath& command) {
  return facts.user.home / ".local/bin" / command.name();
}

Result<std::vector<host::WantedFile>> wanted_files(const facts::Facts& facts, const DesktopApp& app,
                                                   const std::vector<host::Way>& ways, const ExportOptions& options) {
  if (!app.launcher.box.empty()) return wanted_of_box(facts, app, ways);
  std::vector<host::WantedFile> files;
  for (const host::Way& way : ways) {
    const bool is_taken =
        std::any_of(files.begin(), files.end(), [&](const host::WantedFile& file) { return file.path == way.place; });
    if (is_taken || way.starts_hutch || !leads_to(way, app)) continue;
    files.push_back(TRY(wanted_entry(way, app, way.place)));
  }
  if (files.empty() || !options.has_shims) return files;
  for (const HostPath& command : commands_of(app)) {
    files.push_back({.path = shim_place(facts, command),
                     .content = desktop::shim_text(app.launcher, command),
                     .mode = kProgramMode});
  }
  if (auto browser = browser_file(facts, app)) files.push_back(std::move(*browser));
  return files;
}

}  // namespace hutch::app
