#include "host/clues.h"

#include <algorithm>

#include "base/text.h"
#include "host/dpkg.h"
#include "host/keyfile.h"
#include "host/libraries.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr std::size_t kPartsLimit = 200;  // programs and libraries of one package that are read
constexpr std::size_t kServiceLimit = 64u << 10;
constexpr std::size_t kSourcesLimit = 60;
constexpr std::size_t kProgramLimit = 64u << 20;

// Programs and libraries in directories of the package's own: what a script at /usr/bin starts in the end.
bool is_part(const HostPath& file) {
  const std::string_view name = file.name();
  const HostPath above = file.parent();
  const bool is_library = name.find(".so") != std::string_view::npos;
  const bool is_program = above == HostPath::literal("/usr/bin") || above == HostPath::literal("/usr/games") ||
                          file.is_below(HostPath::literal("/usr/libexec"));
  const bool is_private = file.is_below(HostPath::literal("/usr/lib")) && !above.name().ends_with("-linux-gnu");
  return is_program || is_library || is_private || file.is_below(HostPath::literal("/opt"));
}

bool is_source(const HostPath& file) {
  const std::string_view name = file.name();
  return name.ends_with(".py") || name.ends_with(".js") || name.ends_with(".gresource");
}

bool lies_in(const HostPath& file, std::string_view directory, std::string_view suffix) {
  return file.parent().str() == directory && file.name().ends_with(suffix);
}

// The value of Name= in a D-Bus service file.
std::string service_name(const HostPath& file) {
  const auto content = os::read_file(file, kServiceLimit);
  if (!content) return {};
  for (const std::string_view line : text::split(*content, '\n')) {
    if (line.starts_with("Name=")) return std::string(text::trim(line.substr(5)));
  }
  return {};
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

// "gobby" of gobby-0.5.
std::string stem_of(const HostPath& program) {
  const std::string own = lower(std::string(program.name()));
  return own.substr(0, own.find_first_of("-._"));
}

// What may be a bus name in a program's bytes: three parts or more, one of them alike the program's own name. An
// application registers itself by such a name and ends when it cannot.
std::vector<std::string> names_in(const std::string& content, const HostPath& program) {
  constexpr std::size_t kShortest = 3;
  constexpr std::size_t kNamesLimit = 8;
  std::vector<std::string> names;
  const std::string stem = stem_of(program);
  if (stem.size() < kShortest) return names;
  std::string word;
  for (const char c : content) {
    const bool is_part =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (is_part) {
      word += c;
      continue;
    }
    const bool is_name = word.size() < 128 && std::count(word.begin(), word.end(), '.') >= 2 && AppId::parse(word) &&
                         lower(word).find(stem) != std::string::npos;
    if (is_name && names.size() < kNamesLimit && std::find(names.begin(), names.end(), word) == names.end()) {
      names.push_back(word);
    }
    word.clear();
  }
  return names;
}

// Of several entries of a package the one that starts this program, else the first that people see.
std::optional<DesktopFile> entry_of(const HostPath& program, const std::vector<std::string>& ids,
                                    const std::vector<HostPath>& data_directories) {
  std::optional<DesktopFile> best;
  for (const std::string& id : ids) {
    auto entry = read_desktop_entry(id, data_directories);
    if (!entry || !*entry || (*entry)->command.empty()) continue;
    const auto started = HostPath::parse((*entry)->command.front());
    const bool is_it = (*entry)->command.front() == program.name() || (started && started->name() == program.name());
    if (is_it) return std::move(*entry);
    if (!best && (*entry)->is_shown) best = std::move(*entry);
  }
  return best;
}

void read_package(profile::Clues& clues, const std::vector<HostPath>& data_directories) {
  clues.required = dependencies_of_package(clues.package);
  std::vector<HostPath> parts = {clues.program};
  std::vector<std::string> entries;
  std::vector<HostPath> sources = {clues.program};
  for (const HostPath& file : files_of_package(clues.package)) {
    const std::string_view name = file.name();
    if (lies_in(file, "/usr/share/applications", ".desktop")) entries.emplace_back(name.substr(0, name.size() - 8));
    if (lies_in(file, "/usr/share/dbus-1/services", ".service")) clues.bus_names.push_back(service_name(file));
    if (is_source(file) && sources.size() < kSourcesLimit) sources.push_back(file);
    if (name == "chrome_100_percent.pak") clues.is_electron = true;
    if (is_part(file) && parts.size() < kPartsLimit) parts.push_back(file);
  }
  for (const HostPath& source : sources) {
    const auto content = os::read_file(source, kProgramLimit);
    if (!content) continue;
    if (source == clues.program) clues.insists_on_x11 = content->find("gdk_set_allowed_backends") != std::string::npos;
    for (std::string& name : names_in(*content, clues.program)) clues.bus_names.push_back(std::move(name));
  }
  std::set<std::string> packages = clues.required;
  packages.insert(clues.package);
  std::set<HostPath> own_settings;
  const std::string source = source_of_package(clues.package);
  for (const std::string& package : packages) {
    for (const HostPath& file : files_of_package(package)) {
      const bool is_own = package == clues.package || package.starts_with(stem_of(clues.program));
      if (is_own && file.parent() == HostPath::literal("/etc")) own_settings.insert(file);
      if (!lies_in(file, "/usr/share/dbus-1/system-services", ".service")) continue;
      clues.services.push_back(service_name(file));
      if (source_of_package(package) == source) clues.daemons.push_back(service_name(file));
    }
  }
  // Packages share directories such as /etc/default; one that is named after the program is its own.
  for (const HostPath& path : own_settings) {
    if (path.name().find(stem_of(clues.program)) != std::string_view::npos) clues.settings.push_back(path);
  }
  const auto closure = read_closure(read_needed(clues.program) ? std::vector{clues.program} : parts);
  clues.linked = closure.linked;
  clues.loaded = closure.loaded;
  if (const auto entry = entry_of(clues.program, entries, data_directories)) {
    clues.desktop = entry->id;
    clues.title = entry->name;
    clues.categories = entry->categories;
    clues.is_for_terminal = entry->wants_terminal;
  }
}

bool has_qt_wayland(const std::set<std::string>& loaded, const std::set<std::string>& required) {
  const auto links = [&](const char* library, const char* package) {
    return loaded.contains(library) || required.contains(package);
  };
  const std::string libraries = "/usr/lib/" HUTCH_ARCHITECTURE "-linux-gnu/";
  const auto has_plugin = [&](const char* qt) {
    const auto names = os::list_directory(HostPath::literal((libraries + qt + "/plugins/platforms").c_str()));
    return names && std::any_of(names->begin(), names->end(),
                                [](const std::string& name) { return name.starts_with("libqwayland"); });
  };
  if (links("libQt6Gui.so.6", "python3-pyqt6")) return has_plugin("qt6");
  if (links("libQt5Gui.so.5", "python3-pyqt5")) return has_plugin("qt5");
  return true;
}

}  // namespace

profile::Clues gather_clues(const HostPath& program, const std::vector<HostPath>& data_directories) {
  profile::Clues clues;
  clues.program = program;
  clues.package = package_of(program, {std::string(program.name())});
  read_package(clues, data_directories);
  clues.has_qt_wayland = has_qt_wayland(clues.loaded, clues.required);
  return clues;
}

}  // namespace hutch::host
