#include <unistd.h>

#include <algorithm>
#include <set>

#include "app/print.h"
#include "app/start.h"
#include "app/toolbox.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/desktop/key_file.h"
#include "core/desktop/launcher.h"
#include "core/desktop/toolbox_launcher.h"
#include "host/exports.h"
#include "host/probe.h"
#include "host/queries.h"
#include "os/process.h"

namespace hutch::app {
namespace {

constexpr std::size_t kFileLimit = (4u << 20) + kPathLimit + 1;
constexpr std::string_view kApp = "app:";
constexpr std::string_view kProgram = "bin:";

// A file of the toolbox, read by a process inside: nothing of it is opened from here.
struct Shown {
  std::string path;
  std::string content;
};
Result<std::optional<Shown>> show(const host::Toolbox& toolbox, const std::vector<std::string>& candidates) {
  std::vector<std::string> words = {"hutch",
                                    "enter",
                                    "--cwd",
                                    "/",
                                    toolbox.declared.id.str(),
                                    "--",
                                    std::string(toolbox::kGuestDirectory) + "/hutch-guest",
                                    "show"};
  words.insert(words.end(), candidates.begin(), candidates.end());
  const HostPath self = TRY(host::own_program());
  const os::Captured answer = TRY(os::run_and_capture(
      {.program = self, .arguments = std::move(words), .environment = host::own_environment()}, kFileLimit));
  constexpr int kNotFound = 127;
  if (!answer.ending.was_signalled && answer.ending.value == kNotFound) return std::optional<Shown>();
  if (answer.ending.was_signalled || answer.ending.value != 0) {
    return failure(ErrorKind::kSystem, text::format(_("cannot look into toolbox '%s'"), toolbox.name.c_str()));
  }
  const std::size_t newline = answer.output.find('\n');
  if (newline == std::string::npos) return std::optional<Shown>();
  Shown shown{.path = answer.output.substr(0, newline), .content = answer.output.substr(newline + 1)};
  const bool is_asked = std::find(candidates.begin(), candidates.end(), shown.path) != candidates.end();
  if (is_asked) return std::optional(std::move(shown));
  return failure(ErrorKind::kDenied, text::format(_("toolbox '%s' answers what was not asked"), toolbox.name.c_str()));
}

// The name of an entry or program is used in a path of the host.
Status check_name(const std::string& name) {
  const bool is_plain = !name.empty() && name.front() != '.' && name.front() != '-' && name.size() < 200 &&
                        std::all_of(name.begin(), name.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                 c == '.' || c == '_' || c == '+' || c == '-';
                        });
  if (is_plain) return {};
  return failure(ErrorKind::kInvalid,
                 text::format(_("'%s' cannot be exported: it is no plain name"), text::printable(name).c_str()));
}

// Where the icon theme specification and its fallbacks have an app's icon, the sharpest first.
std::vector<std::string> icon_candidates(const std::string& name) {
  std::vector<std::string> paths = {"/usr/share/icons/hicolor/scalable/apps/" + name + ".svg"};
  for (const char* const size : {"512x512", "256x256", "192x192", "128x128", "96x96", "64x64", "48x48", "32x32"}) {
    paths.push_back(text::format("/usr/share/icons/hicolor/%s/apps/%s.png", size, name.c_str()));
  }
  for (const char* const ending : {".svg", ".png"}) paths.push_back("/usr/share/pixmaps/" + name + ending);
  return paths;
}

Status add_icon(const facts::Facts& facts, const host::Toolbox& toolbox, const std::string& icon,
                std::vector<host::WantedFile>& files) {
  const bool is_path = icon.starts_with('/');
  if (!is_path && !check_name(icon)) return {};  // an entry without an icon still works
  const auto shown = TRY(show(toolbox, is_path ? std::vector<std::string>{icon} : icon_candidates(icon)));
  if (!shown || is_path) return {};  // one by its path belongs to the toolbox's own file system
  constexpr std::string_view kTheme = "/usr/share/icons/";
  const std::string file = shown->path.substr(shown->path.rfind('/') + 1);
  const std::string place = shown->path.starts_with(kTheme) ? shown->path.substr(kTheme.size())
                            : file.ends_with(".svg")        ? "hicolor/scalable/apps/" + file
                                                            : "hicolor/48x48/apps/" + file;
  files.push_back({.path = TRY((facts.directories.data / "icons").join(place)), .content = shown->content});
  return {};
}

Status add_app(const facts::Facts& facts, const host::Toolbox& toolbox, const desktop::ToolboxLauncher& launcher,
               const std::string& app, std::vector<host::WantedFile>& files) {
  TRY(check_name(app));
  const std::string file = app.ends_with(".desktop") ? app : app + ".desktop";
  const auto shown = TRY(show(toolbox, {"/usr/local/share/applications/" + file, "/usr/share/applications/" + file}));
  if (!shown) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("toolbox '%s' has no app '%s'"), toolbox.name.c_str(), text::printable(app).c_str()),
                   text::format("hutch enter %s -- ls /usr/share/applications", toolbox.name.c_str()));
  }
  const desktop::KeyFile own = TRY_IN(file, desktop::parse_key_file(shown->content));
  const desktop::KeyFile entry = TRY_IN(file, desktop::toolbox_entry(own, launcher));
  files.push_back({.path = facts.directories.data / "applications" / file, .content = desktop::format(entry)});
  const std::string* const icon = own.find(desktop::kEntryGroup, "Icon");
  return icon == nullptr ? Status() : add_icon(facts, toolbox, desktop::unescape(*icon), files);
}

Status add_program(const facts::Facts& facts, const desktop::ToolboxLauncher& launcher, const std::string& program,
                   std::vector<host::WantedFile>& files) {
  const std::string name = program.substr(program.rfind('/') + 1);
  TRY(check_name(name));
  constexpr mode_t kExecutable = 0755;
  files.push_back({.path = facts.user.home / ".local/bin" / name,
                   .content = desktop::toolbox_shim(launcher, program),
                   .mode = kExecutable});
  return {};
}

Result<std::vector<host::WantedFile>> wanted(const facts::Facts& facts, const host::Toolbox& toolbox,
                                             const std::vector<std::string>& things) {
  const desktop::ToolboxLauncher launcher{
      .hutch = TRY(host::own_program()), .id = toolbox.declared.id.str(), .name = toolbox.name.str()};
  std::vector<host::WantedFile> files;
  for (const std::string& thing : things) {
    if (thing.starts_with(kApp)) TRY(add_app(facts, toolbox, launcher, thing.substr(kApp.size()), files));
    if (thing.starts_with(kProgram)) TRY(add_program(facts, launcher, thing.substr(kProgram.size()), files));
  }
  return files;
}

// Not listed among the exports of apps of the host.
std::string export_name(const host::Toolbox& toolbox) {
  return "." + toolbox.declared.id.str();
}

std::set<std::string> things_of(const ToolboxExport& options) {
  std::set<std::string> things;
  for (const std::string& app : options.apps) things.insert(std::string(kApp) + app);
  for (const std::string& program : options.programs) things.insert(std::string(kProgram) + program);
  return things;
}

void account(const host::ExportChanges& changes) {
  for (const HostPath& path : changes.written) print_text(text::format(_("wrote '%s'\n"), path.c_str()));
  for (const HostPath& path : changes.restored) print_text(text::format(_("put back '%s'\n"), path.c_str()));
  for (const HostPath& path : changes.removed) print_text(text::format(_("removed '%s'\n"), path.c_str()));
  for (const HostPath& path : changes.left) {
    print_note(text::format(_("'%s' was changed since and stays as it is"), path.c_str()));
  }
}

}  // namespace

Result<int> export_from_toolbox(const ToolboxExport& options) {
  const facts::Facts facts = TRY(host::probe());
  const host::Toolbox toolbox = TRY(find_toolbox(facts, options.name));
  const os::Fd lock = TRY(host::lock_exports(facts));
  TRY(host::sweep_exports(facts));
  host::Export exported = TRY(host::read_export(facts, export_name(toolbox)));
  exported.name = export_name(toolbox);
  std::set<std::string> things(exported.options.begin(), exported.options.end());
  const std::set<std::string> asked = things_of(options);
  if (asked.empty() && !options.is_taken_back) {
    for (const std::string& thing : things) print_text(thing.substr(thing.find(':') + 1) + "\n");
    return kSucceeded;
  }
  if (!options.is_taken_back) things.insert(asked.begin(), asked.end());
  for (const std::string& thing : asked) {
    if (options.is_taken_back) things.erase(thing);
  }
  if (options.is_taken_back && asked.empty()) things.clear();
  host::ExportChanges changes;
  exported.options.assign(things.begin(), things.end());
  if (things.empty()) {
    TRY(host::take_back_export(facts, exported, changes));
  } else {
    const std::vector<host::WantedFile> files = TRY(wanted(facts, toolbox, exported.options));
    TRY(host::put_export(facts, exported, files, changes));
  }
  account(changes);
  return changes.left.empty() ? kSucceeded : kFailed;
}

Status take_back_exports(const facts::Facts& facts, const host::Toolbox& toolbox) {
  const os::Fd lock = TRY(host::lock_exports(facts));
  const host::Export exported = TRY(host::read_export(facts, export_name(toolbox)));
  if (exported.files.empty()) return {};
  host::ExportChanges changes;
  return host::take_back_export(facts, exported, changes);
}

}  // namespace hutch::app
