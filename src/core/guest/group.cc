#include "core/guest/group.h"

#include <algorithm>
#include <unordered_set>

#include "base/text.h"

namespace hutch::guest {
namespace {

constexpr std::uint32_t kFirstUserGid = 1000;  // GID_MIN, login.defs(5)
constexpr std::size_t kMembers = 3;            // the column of group(5) and gshadow(5)

struct Group {
  std::string_view name;
  std::uint32_t gid = 0;
  std::string_view members;
};

std::optional<Group> parse_group(std::string_view line) {
  const auto columns = columns_of(line, 3);
  if (columns.empty()) return std::nullopt;
  const auto gid = id_in(columns[2]);
  if (!gid) return std::nullopt;
  return Group{.name = columns[0], .gid = *gid, .members = columns.size() > kMembers ? columns[kMembers] : ""};
}

bool lists(std::string_view members, std::string_view user) {
  const auto names = text::split(members, ',');
  return std::find(names.begin(), names.end(), user) != names.end();
}

bool may_administer(std::string_view group) {
  return group == "sudo" || group == "wheel";
}

// The line with the user among the members of an administrators' group, or as it is.
std::string with_member(std::string_view line, std::string_view user) {
  const auto columns = columns_of(line, kMembers);
  if (columns.empty() || columns.size() > kMembers + 1 || !may_administer(columns[0])) return std::string(line);
  const std::string_view members = columns.size() > kMembers ? columns[kMembers] : "";
  if (lists(members, user)) return std::string(line);
  const char* const separator = columns.size() == kMembers ? ":" : members.empty() ? "" : ",";
  return std::string(line) + separator + std::string(user);
}

}  // namespace

std::optional<std::uint32_t> find_group(std::string_view group, std::string_view name) {
  for (const std::string_view line : lines_of(group)) {
    const auto entry = parse_group(line);
    if (entry && entry->name == name) return entry->gid;
  }
  return std::nullopt;
}

std::vector<std::uint32_t> groups_of(std::string_view group, std::string_view user, std::uint32_t gid) {
  std::vector<std::uint32_t> gids = {gid};
  std::unordered_set<std::uint32_t> seen = {gid};
  for (const std::string_view line : lines_of(group)) {
    const auto entry = parse_group(line);
    if (!entry || gids.size() == kGroupsLimit || !lists(entry->members, user)) continue;
    if (seen.insert(entry->gid).second) gids.push_back(entry->gid);
  }
  return gids;
}

std::string choose_group_name(std::string_view group, const Settings& settings) {
  const bool is_taken = find_group(group, settings.group).value_or(settings.gid) != settings.gid;
  for (const std::string_view line : lines_of(group)) {
    const auto entry = parse_group(line);
    if (!entry || entry->gid != settings.gid) continue;
    return std::string(settings.gid < kFirstUserGid || is_taken ? entry->name : settings.group);
  }
  if (!is_taken) return settings.group;
  if (!find_group(group, settings.user)) return settings.user;
  return "hutch" + std::to_string(settings.gid);
}

std::string with_groups(std::string_view group, const Settings& settings, std::string_view name) {
  std::vector<std::string> lines;
  bool has_root = false;
  bool has_nobody = false;
  bool is_placed = find_group(group, name) == settings.gid;
  for (const std::string_view line : lines_of(group)) {
    const auto entry = parse_group(line);
    has_root = has_root || (entry && entry->gid == 0);
    has_nobody = has_nobody || (entry && entry->gid == 65534);
    if (!is_placed && entry && entry->gid == settings.gid) {
      lines.push_back(std::string(name) + std::string(line.substr(entry->name.size())));
      is_placed = true;
    } else {
      lines.push_back(with_member(line, settings.user));
    }
  }
  if (!has_root) lines.insert(lines.begin(), "root:x:0:");
  if (!has_nobody && !find_group(group, "nogroup") && settings.gid != 65534) add_entry(lines, "nogroup:x:65534:");
  if (!is_placed && settings.gid != 0) {
    add_entry(lines, std::string(name) + ":x:" + std::to_string(settings.gid) + ":");
  }
  return text_of(lines);
}

std::string with_shadow_groups(std::string_view gshadow, const Settings& settings, std::string_view name) {
  std::vector<std::string> lines;
  bool is_there = false;
  for (const std::string_view line : lines_of(gshadow)) {
    const auto columns = columns_of(line, 2);
    is_there = is_there || (!columns.empty() && columns[0] == name);
    lines.push_back(with_member(line, settings.user));
  }
  if (!is_there) add_entry(lines, std::string(name) + ":!::");
  return text_of(lines);
}

}  // namespace hutch::guest
