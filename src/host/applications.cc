#include "host/applications.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "base/text.h"
#include "core/desktop/exec.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr std::string_view kEntrySuffix = ".desktop";
constexpr std::string_view kServiceSuffix = ".service";
constexpr int kDepthLimit = 4;
constexpr std::size_t kFilesLimit = 20000;

struct FoundFile {
  std::string id;  // the path below its directory with '-' for '/', without the suffix
  HostPath file;
};

// Files below a directory by their ids (Desktop Entry Specification 1.5, "Desktop File ID").
void list_files(const HostPath& directory, const std::string& before, std::string_view suffix, int depth,
                std::vector<FoundFile>& found) {
  const auto names = os::list_directory(directory);
  if (!names || depth > kDepthLimit) return;
  for (const std::string& name : *names) {
    if (found.size() >= kFilesLimit) return;
    auto file = directory.join(name);
    if (!file) continue;
    if (name.ends_with(suffix)) {
      found.push_back({.id = before + name.substr(0, name.size() - suffix.size()), .file = std::move(*file)});
    } else if (name.find('.') == std::string::npos) {
      list_files(*file, before + name + "-", suffix, depth + 1, found);
    }
  }
}

std::vector<HostPath> below(const std::vector<HostPath>& directories, std::string_view name) {
  std::vector<HostPath> result;
  for (const HostPath& directory : directories) {
    if (auto path = directory.join(name)) result.push_back(std::move(*path));
  }
  return result;
}

std::vector<HostPath> config_directories(const facts::Facts& facts) {
  std::vector<HostPath> result = {facts.directories.config};
  const char* const variable = ::getenv("XDG_CONFIG_DIRS");
  const std::string_view all = variable == nullptr || *variable == '\0' ? "/etc/xdg" : variable;
  for (const std::string_view part : text::split(all, ':')) {
    if (auto path = HostPath::parse(part)) result.push_back(std::move(*path));
  }
  return result;
}

std::vector<HostPath> data_directories(const facts::Facts& facts) {
  std::vector<HostPath> result = {facts.directories.data};
  result.insert(result.end(), facts.directories.data_search.begin(), facts.directories.data_search.end());
  return result;
}

bool is_true(const desktop::KeyFile& file, std::string_view key) {
  const std::string* const value = file.find(desktop::kEntryGroup, key);
  return value != nullptr && *value == "true";
}

// Every command of it begins with a program called hutch and its verb run.
bool leads_through_hutch(const desktop::KeyFile& file) {
  bool has_command = false;
  for (const desktop::KeyGroup& group : file.groups) {
    for (const desktop::KeyLine& line : group.lines) {
      if (line.key != "Exec") continue;
      has_command = true;
      const auto words = desktop::split_command(line.value);
      const bool is_it = words && words->size() > 2 && words->at(1) == "run" &&
                         (words->front() == "hutch" || words->front().ends_with("/hutch"));
      if (!is_it) return false;
    }
  }
  return has_command;
}

std::optional<desktop::KeyFile> read_key_file(const HostPath& path) {
  const auto text = os::read_file(path, desktop::kKeyFileLimit);
  if (!text) return std::nullopt;
  auto file = desktop::parse_key_file(*text);
  if (!file) return std::nullopt;
  return std::move(*file);
}

class Survey {
 public:
  Survey(const facts::Facts& facts, const std::vector<Export>& exports) : facts_(facts) {
    for (const Export& exported : exports) {
      for (const ExportedFile& file : exported.files) {
        if (state_of(facts, exported, file) != FileState::kPending)
          ours_.insert({file.path, kept_file(facts, exported, file)});
      }
    }
  }

  std::vector<Way> ways() {
    look_into(WayKind::kMenu, below(data_directories(facts_), "applications"), kEntrySuffix);
    look_into(WayKind::kActivation, below(data_directories(facts_), "dbus-1/services"), kServiceSuffix);
    look_into(WayKind::kAutostart, below(config_directories(facts_), "autostart"), kEntrySuffix);
    return std::move(ways_);
  }

 private:
  void look_into(WayKind kind, const std::vector<HostPath>& directories, std::string_view suffix) {
    std::set<std::string> seen;
    std::vector<Way> found_ways;
    for (const HostPath& directory : directories) {
      std::vector<FoundFile> found;
      list_files(directory, "", suffix, kind == WayKind::kMenu ? 0 : kDepthLimit, found);
      for (const FoundFile& file : found) {
        auto content = content_of(file.file);
        if (!content) continue;
        std::string name = file.id;
        if (kind == WayKind::kActivation) {
          const std::string* const bus_name = content->find(desktop::kServiceGroup, "Name");
          if (bus_name == nullptr) continue;
          name = *bus_name;
        }
        if (!seen.insert(name).second) continue;
        const bool is_service = kind == WayKind::kActivation;
        const std::string own_name = is_service ? std::string(file.file.name()) : file.id + std::string(suffix);
        const bool is_own = file.file.is_below(directories.front());
        const auto place = is_own ? Result<HostPath>(file.file) : directories.front().join(own_name);
        if (place)
          add({.kind = kind, .name = name, .source = file.file, .place = *place}, std::move(*content), found_ways);
      }
    }
    std::sort(found_ways.begin(), found_ways.end(),
              [](const Way& one, const Way& other) { return one.name < other.name; });
    std::move(found_ways.begin(), found_ways.end(), std::back_inserter(ways_));
  }

  // Of a file of ours what was there before it, or nothing.
  std::optional<desktop::KeyFile> content_of(const HostPath& file) const {
    const auto ours = ours_.find(file);
    return read_key_file(ours == ours_.end() ? file : ours->second);
  }

  // Unless it is hidden, starts nothing, or its program is not installed.
  static void add(Way way, desktop::KeyFile content, std::vector<Way>& to) {
    const char* const group = way.kind == WayKind::kActivation ? desktop::kServiceGroup : desktop::kEntryGroup;
    const std::string* const exec = content.find(group, "Exec");
    if (exec == nullptr || is_true(content, "Hidden")) return;
    const auto words = desktop::split_command(*exec);
    if (!words) return;
    auto program = find_program_file(desktop::program_of(*words));
    if (!program) return;
    const auto now = read_key_file(way.place);
    way.program = std::move(*program);
    way.is_shown = !is_true(content, "NoDisplay");
    way.is_boxed = now && leads_through_hutch(*now);
    way.starts_hutch = leads_through_hutch(content);
    way.content = std::move(content);
    to.push_back(std::move(way));
  }

  const facts::Facts& facts_;
  std::map<HostPath, HostPath> ours_;  // also those changed since; and where what was there before is kept
  std::vector<Way> ways_;
};

}  // namespace

Result<std::vector<Way>> find_ways(const facts::Facts& facts, const std::vector<Export>& exports) {
  return Survey(facts, exports).ways();
}

std::optional<HostPath> installed_program(const std::string& word) {
  auto program = find_program_file(word);
  if (!program) return std::nullopt;
  return std::move(program->path);
}

std::vector<HostPath> watched_directories(const facts::Facts& facts) {
  std::vector<HostPath> result;
  for (const char* const name : {"applications", "dbus-1/services"}) {
    const auto more = below(facts.directories.data_search, name);
    result.insert(result.end(), more.begin(), more.end());
  }
  const std::vector<HostPath> configs = config_directories(facts);
  const auto more = below({configs.begin() + 1, configs.end()}, "autostart");
  result.insert(result.end(), more.begin(), more.end());
  return result;
}

}  // namespace hutch::host
