#include "app/desktop_defaults.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "os/file.h"

namespace hutch::app {
namespace {

constexpr mode_t kMode = 0644;
constexpr const char* kSuffix = ".desktop";

// $XDG_CURRENT_DESKTOP's own files go first, then the user's, then the system's.
std::vector<HostPath> association_files(const facts::Facts& facts) {
  std::vector<HostPath> directories{facts.directories.config};
  const char* const variable = std::getenv("XDG_CONFIG_DIRS");
  const std::string system = variable == nullptr || *variable == '\0' ? "/etc/xdg" : variable;
  for (const std::string_view word : text::split(system, ':')) {
    if (auto path = HostPath::parse(word)) directories.push_back(std::move(*path));
  }
  directories.push_back(facts.directories.data / "applications");
  for (const HostPath& place : facts.directories.data_search) directories.push_back(place / "applications");
  std::vector<HostPath> files;
  for (const HostPath& directory : directories) {
    const std::string desktops = facts.desktop.current_desktop.value_or("");
    for (const std::string_view desktop : text::split(desktops, ':')) {
      std::string name(desktop);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
      if (auto file = directory.join(name + "-mimeapps.list"); file && !name.empty()) files.push_back(std::move(*file));
    }
    files.push_back(directory / "mimeapps.list");
  }
  return files;
}

bool is_boxed_entry(const std::string& id, const std::vector<host::Way>& ways) {
  return std::any_of(ways.begin(), ways.end(), [&](const host::Way& way) {
    return way.kind == host::WayKind::kMenu && way.name == id && way.is_boxed;
  });
}

bool is_entry_of(const std::string& id, const DesktopApp& app, const std::vector<host::Way>& ways) {
  return std::any_of(ways.begin(), ways.end(), [&](const host::Way& way) {
    return way.kind == host::WayKind::kMenu && way.name == id && leads_to(way, app);
  });
}

std::vector<std::string> browser_words() {
  const char* const variable = std::getenv("BROWSER");
  std::vector<std::string> words;
  const std::string all = variable == nullptr ? "" : variable;
  for (const std::string_view command : text::split(all, ':')) {
    const std::string word(text::split(text::trim(command), ' ').front());
    if (!word.empty() && word.find('%') == std::string::npos) words.push_back(word);
  }
  return words;
}

}  // namespace

std::vector<DefaultWay> default_handlers(const facts::Facts& facts, const DesktopApp& app,
                                         const std::vector<host::Way>& ways) {
  std::vector<DefaultWay> found;
  std::set<std::string> decided;
  for (const HostPath& file : association_files(facts)) {
    const auto content = os::read_file(file, desktop::kKeyFileLimit);
    const auto list = content ? desktop::parse_key_file(*content) : Result<desktop::KeyFile>();
    const desktop::KeyGroup* const group = content && list ? list->group("Default Applications") : nullptr;
    for (const desktop::KeyLine& line : group == nullptr ? std::vector<desktop::KeyLine>() : group->lines) {
      const std::vector<std::string> entries = desktop::split_list(line.value);
      if (line.key.empty() || entries.empty() || !entries.front().ends_with(kSuffix)) continue;
      const std::string id = entries.front().substr(0, entries.front().size() - std::string_view(kSuffix).size());
      if (!decided.insert(line.key).second || !is_entry_of(id, app, ways)) continue;
      found.push_back({.kind = "default", .name = line.key, .file = file, .is_boxed = is_boxed_entry(id, ways)});
    }
  }
  return found;
}

std::vector<DefaultWay> browser_commands(const facts::Facts& facts, const DesktopApp& app) {
  std::vector<DefaultWay> found;
  for (const std::string& word : browser_words()) {
    const bool is_path = word.find('/') != std::string::npos;
    const auto program = is_path ? host::find_path(word) : host::find_command(word);
    const HostPath shim = facts.user.home / ".local/bin" / word.substr(word.rfind('/') + 1);
    const bool is_shim = is_path && word == shim.str();
    const bool is_app = program && app.programs.contains(program->real);
    const auto behind = is_shim ? host::find_command(std::string(shim.name())) : program;
    if (!is_app && !(is_shim && behind && app.programs.contains(behind->real))) continue;
    const auto first = is_path ? program : Result<host::ProgramFile>(*host::first_in_path(word));
    found.push_back({.kind = "browser",
                     .name = word,
                     .file = first ? first->path : shim,
                     .is_boxed = first && host::is_shim(*first)});
  }
  return found;
}

std::optional<host::WantedFile> browser_file(const facts::Facts& facts, const DesktopApp& app) {
  for (const DefaultWay& way : browser_commands(facts, app)) {
    if (way.name.find('/') == std::string::npos) continue;  // the shim goes before it in $PATH
    const HostPath shim = shim_place(facts, way.file);
    const HostPath file = facts.directories.config / "environment.d/90-hutch-browser.conf";
    return host::WantedFile{.path = file, .content = "BROWSER=" + shim.str() + "\n", .mode = kMode};
  }
  return std::nullopt;
}

}  // namespace hutch::app
