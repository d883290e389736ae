#include "host/probe.h"

#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/i18n.h"
#include "base/text.h"
#include "core/facts/environment.h"
#include "host/probe_parts.h"
#include "os/file.h"
#include "os/linux_abi.h"

namespace hutch::host {
namespace {

using facts::Directories;
using facts::Facts;
using facts::User;

std::optional<HostPath> to_path(std::string_view text) {
  auto path = HostPath::parse(text);
  if (!path) return std::nullopt;
  return std::move(*path);
}

std::string first_line(const HostPath& path) {
  const auto content = os::read_file(path, kSmallFile);
  if (!content) return {};
  return std::string(text::trim(text::split(*content, '\n').front()));
}

// Names of our groups by one pass over /etc/group; a group that is not there keeps its number.
std::vector<std::string> names_of_groups(const std::vector<gid_t>& groups) {
  std::vector<std::string> names;
  for (const gid_t group : groups) names.push_back(std::to_string(group));
  const auto content = os::read_file(HostPath::literal("/etc/group"), kSmallFile);
  if (!content) return names;
  for (const std::string_view line : text::split(*content, '\n')) {
    const auto fields = text::split(line, ':');
    if (fields.size() < 3) continue;
    const auto number = text::parse_number(fields[2], 0xFFFFFFFFULL);
    for (std::size_t index = 0; number && index < groups.size(); ++index) {
      if (groups[index] == *number) names[index] = std::string(fields[0]);
    }
  }
  return names;
}

Result<User> probe_user() {
  User user;
  user.uid = ::getuid();
  user.gid = ::getgid();
  passwd entry{};
  passwd* found = nullptr;
  std::string buffer(16384, '\0');
  const int code = ::getpwuid_r(user.uid, &entry, buffer.data(), buffer.size(), &found);
  if (found == nullptr) {
    const std::string what = text::format(_("no account has the user id %u"), user.uid);
    if (code != 0) return unexpected(system_error(code, what));
    return failure(ErrorKind::kUnavailable, what);
  }
  user.name = entry.pw_name;
  user.full_name = text::split(entry.pw_gecos == nullptr ? "" : entry.pw_gecos, ',').front();
  user.shell = to_path(entry.pw_shell).value_or(user.shell);
  const auto home = path_variable("HOME");
  user.home = home ? *home : to_path(entry.pw_dir).value_or(HostPath());
  if (user.home.is_root()) {
    return failure(ErrorKind::kUnavailable, text::format(_("user '%s' has no home directory"), user.name.c_str()));
  }
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  std::erase(groups, user.gid);
  groups.insert(groups.begin(), user.gid);
  user.groups = names_of_groups(groups);
  user.group = user.groups.front();
  user.groups.erase(user.groups.begin());
  return user;
}

// $XDG_CONFIG_HOME/user-dirs.dirs, a shell fragment of lines XDG_NAME_DIR="$HOME/path" or "/path". Where xdg-user-dirs
// was never run, its own defaults.
std::map<std::string, HostPath> probe_user_directories(const HostPath& home, const HostPath& config) {
  struct Known {
    const char* variable;
    const char* name;
    const char* fallback;
  };
  constexpr Known kKnown[] = {
      {"XDG_DESKTOP_DIR", "xdg-desktop", "Desktop"},       {"XDG_DOCUMENTS_DIR", "xdg-documents", "Documents"},
      {"XDG_DOWNLOAD_DIR", "xdg-download", "Downloads"},   {"XDG_MUSIC_DIR", "xdg-music", "Music"},
      {"XDG_PICTURES_DIR", "xdg-pictures", "Pictures"},    {"XDG_PUBLICSHARE_DIR", "xdg-public-share", "Public"},
      {"XDG_TEMPLATES_DIR", "xdg-templates", "Templates"}, {"XDG_VIDEOS_DIR", "xdg-videos", "Videos"},
  };
  std::map<std::string, HostPath> directories;
  const auto content = os::read_file(config / "user-dirs.dirs", kSmallFile);
  if (!content) {
    for (const Known& known : kKnown) directories[known.name] = home / known.fallback;
    return directories;
  }
  for (std::string_view line : text::split(*content, '\n')) {
    line = text::trim(line);
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    std::string_view value = text::trim(line.substr(equals + 1));
    if (value.size() < 2 || value.front() != '"' || value.back() != '"') continue;
    value = value.substr(1, value.size() - 2);
    const bool is_relative = value == "$HOME" || value.starts_with("$HOME/");
    const auto path = to_path(is_relative ? home.str() + std::string(value.substr(5)) : std::string(value));
    const auto known = std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known& candidate) {
      return candidate.variable == line.substr(0, equals);
    });
    if (known == std::end(kKnown) || !path || *path == home) continue;
    directories[known->name] = *path;
  }
  return directories;
}

Directories probe_directories(const User& user) {
  Directories directories;
  directories.runtime =
      path_variable("XDG_RUNTIME_DIR").value_or(HostPath::literal("/run/user") / std::to_string(user.uid));
  directories.config = path_variable("XDG_CONFIG_HOME").value_or(user.home / ".config");
  directories.data = path_variable("XDG_DATA_HOME").value_or(user.home / ".local/share");
  directories.state = path_variable("XDG_STATE_HOME").value_or(user.home / ".local/state");
  directories.cache = path_variable("XDG_CACHE_HOME").value_or(user.home / ".cache");
  directories.user = probe_user_directories(user.home, directories.config);
  const std::string data = variable("XDG_DATA_DIRS").value_or("/usr/local/share:/usr/share");
  for (const std::string_view part : text::split(data, ':')) {
    if (const auto path = to_path(part)) directories.data_search.push_back(*path);
  }
  return directories;
}

facts::Kernel probe_kernel() {
  facts::Kernel kernel;
  // landlock_create_ruleset(2): with LANDLOCK_CREATE_RULESET_VERSION the answer is the ABI.
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  kernel.landlock_abi = abi > 0 ? static_cast<std::uint32_t>(abi) : 0;
  kernel.has_time_namespace = ::access("/proc/self/ns/time", F_OK) == 0;
  // RLIMIT_NPROC counts per user namespace from 5.14, which no call tells; process_mrelease(2) came with 5.15.
  constexpr long kProcessMrelease = 448;  // the same number on every architecture
  errno = 0;
  (void)::syscall(kProcessMrelease, -1, 0);
  kernel.has_nproc_per_namespace = errno == EBADF;
  return kernel;
}

std::optional<HostPath> find_helper(const char* name) {
  for (const char* const directory : {"/usr/local/bin", "/usr/bin", "/bin"}) {
    const HostPath path = HostPath::literal(directory) / name;
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> probe_root_links() {
  std::vector<std::pair<std::string, std::string>> links;
  for (const char* const name : {"/bin", "/lib", "/lib32", "/lib64", "/libo32", "/libx32", "/sbin"}) {
    char target[256];
    const ssize_t length = ::readlink(name, target, sizeof target);
    if (length > 0 && length < static_cast<ssize_t>(sizeof target)) {
      links.emplace_back(name, std::string(target, static_cast<std::size_t>(length)));
    }
  }
  return links;
}

std::optional<std::string> probe_timezone() {
  char target[512];
  const ssize_t length = ::readlink("/etc/localtime", target, sizeof target);
  if (length > 0 && length < static_cast<ssize_t>(sizeof target)) {
    const std::string_view link(target, static_cast<std::size_t>(length));
    constexpr std::string_view kMark = "/zoneinfo/";
    const std::size_t at = link.find(kMark);
    if (at != std::string_view::npos) return std::string(link.substr(at + kMark.size()));
  }
  const std::string zone = first_line(HostPath::literal("/etc/timezone"));
  if (zone.empty()) return std::nullopt;
  return zone;
}

// resolv.conf(5). The stub of systemd-resolved lives on the host's loopback, which no sandbox of its own network
// reaches; its upstreams are in a file beside.
void probe_resolver(Facts& facts) {
  const auto read = [&](const char* path) {
    facts.dns_servers.clear();
    facts.dns_search.clear();
    const auto content = os::read_file(HostPath::literal(path), kSmallFile);
    if (!content) return;
    for (const std::string_view line : text::split(*content, '\n')) {
      std::vector<std::string> words;
      std::string spaced(text::trim(line));
      std::replace(spaced.begin(), spaced.end(), '\t', ' ');
      for (const std::string_view word : text::split(spaced, ' ')) {
        if (!word.empty()) words.emplace_back(word);
      }
      if (words.size() >= 2 && words[0] == "nameserver") facts.dns_servers.push_back(words[1]);
      if (words.size() >= 2 && (words[0] == "search" || words[0] == "domain")) {
        facts.dns_search.assign(words.begin() + 1, words.end());
      }
    }
  };
  read("/etc/resolv.conf");
  const auto is_stub = [](const std::string& server) { return server == "127.0.0.53" || server == "127.0.0.54"; };
  if (std::any_of(facts.dns_servers.begin(), facts.dns_servers.end(), is_stub) &&
      os::exists(HostPath::literal("/run/systemd/resolve/resolv.conf"))) {
    read("/run/systemd/resolve/resolv.conf");
  }
}

// subuid(5): NAME-or-UID:FIRST:COUNT.
std::vector<IdRange> subordinate_ranges(const char* path, const User& user) {
  std::vector<IdRange> ranges;
  const auto content = os::read_file(HostPath::literal(path), kSmallFile);
  if (!content) return ranges;
  for (const std::string_view line : text::split(*content, '\n')) {
    const auto fields = text::split(line, ':');
    if (fields.size() != 3 || (fields[0] != user.name && fields[0] != std::to_string(user.uid))) continue;
    const auto first = text::parse_number(fields[1], 0xFFFFFFFFULL);
    const auto count = text::parse_number(fields[2], 0xFFFFFFFFULL);
    if (!first || !count || *count == 0) continue;
    ranges.push_back(IdRange{
        .inside = 0, .outside = static_cast<std::uint32_t>(*first), .count = static_cast<std::uint32_t>(*count)});
  }
  return ranges;
}

std::map<std::uint32_t, std::uint64_t> hard_limits() {
  std::map<std::uint32_t, std::uint64_t> limits;
  for (std::uint32_t resource = 0; resource < RLIM_NLIMITS; ++resource) {
    rlimit limit{};
    if (::getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) continue;
    if (limit.rlim_max != RLIM_INFINITY) limits[resource] = limit.rlim_max;
  }
  return limits;
}

std::map<std::string, std::string> inherited_environment() {
  std::map<std::string, std::string> kept;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || !facts::is_inherited(text.substr(0, equals))) continue;
    kept.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return kept;
}

}  // namespace

std::optional<std::string> variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

std::optional<HostPath> path_variable(const char* name) {
  const auto value = variable(name);
  return value ? to_path(*value) : std::nullopt;
}

Result<Facts> probe() {
  Facts facts;
  facts.user = TRY(probe_user());
  facts.directories = probe_directories(facts.user);
  facts.desktop = probe_desktop(facts.user, facts.directories);
  facts.kernel = probe_kernel();
  facts.programs = facts::Programs{.dbus_proxy = find_helper("xdg-dbus-proxy"),
                                   .pasta = find_helper("pasta"),
                                   .newuidmap = find_helper("newuidmap"),
                                   .newgidmap = find_helper("newgidmap")};
  facts.root_links = probe_root_links();
  facts.timezone = probe_timezone();
  char host_name[256] = {};
  if (::gethostname(host_name, sizeof host_name - 1) == 0) facts.host_name = host_name;
  facts.machine_id = first_line(HostPath::literal("/etc/machine-id"));
  probe_resolver(facts);
  probe_devices(facts);
  facts.environment = inherited_environment();
  facts.subordinate_uids = subordinate_ranges("/etc/subuid", facts.user);
  facts.subordinate_gids = subordinate_ranges("/etc/subgid", facts.user);
  facts.hard_limits = hard_limits();
  for (int fd = 0; fd < 3; ++fd) facts.is_terminal[fd] = ::isatty(fd) == 1;
  return facts;
}

}  // namespace hutch::host
