#include "core/guest/passwd.h"

#include <algorithm>

namespace hutch::guest {
namespace {

constexpr std::uint32_t kNobody = 65534;

std::optional<User> parse_user(std::string_view line) {
  const auto columns = columns_of(line, 6);  // getpwent(3) takes a missing shell for an empty one
  if (columns.empty()) return std::nullopt;
  const auto uid = id_in(columns[2]);
  const auto gid = id_in(columns[3]);
  if (!uid || !gid) return std::nullopt;
  return User{.name = std::string(columns[0]),
              .uid = *uid,
              .gid = *gid,
              .full_name = std::string(columns[4]),
              .home = std::string(columns[5]),
              .shell = columns.size() > 6 ? std::string(columns[6]) : std::string()};
}

template <class Matches>
std::optional<User> find(std::string_view passwd, const Matches& matches) {
  for (const std::string_view line : lines_of(passwd)) {
    auto user = parse_user(line);
    if (user && matches(*user)) return user;
  }
  return std::nullopt;
}

std::string entry_of(const User& user, std::string_view password) {
  return user.name + ":" + std::string(password) + ":" + std::to_string(user.uid) + ":" + std::to_string(user.gid) +
         ":" + user.full_name + ":" + user.home + ":" + user.shell;
}

// A password column of the user's own, if it has one that is not empty.
std::string password_of(std::string_view passwd, std::string_view name, bool has_shadow) {
  for (const std::string_view line : lines_of(passwd)) {
    const auto columns = columns_of(line, 6);
    if (!columns.empty() && columns[0] == name && !columns[1].empty()) return std::string(columns[1]);
  }
  return has_shadow ? "x" : "*";
}

}  // namespace

std::optional<User> find_user(std::string_view passwd, std::string_view name) {
  return find(passwd, [&](const User& user) { return user.name == name; });
}

std::optional<User> find_user(std::string_view passwd, std::uint32_t uid) {
  return find(passwd, [&](const User& user) { return user.uid == uid; });
}

std::string with_user(std::string_view passwd, const User& user, bool has_shadow) {
  const std::string entry = entry_of(user, password_of(passwd, user.name, has_shadow));
  std::vector<std::string> lines;
  bool has_root = false;
  bool has_nobody = false;
  bool is_placed = user.uid == 0;
  for (const std::string_view line : lines_of(passwd)) {
    const auto other = parse_user(line);
    has_root = has_root || (other && other->uid == 0);
    const bool is_replaced = other && other->uid != 0 && (other->uid == user.uid || other->name == user.name);
    if (!is_replaced) {
      has_nobody = has_nobody || (other && (other->uid == kNobody || other->name == "nobody"));
      lines.emplace_back(line);
    } else if (!is_placed) {
      lines.push_back(entry);
      is_placed = true;
    }
  }
  if (!has_root) lines.insert(lines.begin(), "root:" + std::string(has_shadow ? "x" : "*") + ":0:0:root:/root:/bin/sh");
  if (!has_nobody && user.uid != kNobody && user.name != "nobody") {
    add_entry(lines, "nobody:" + std::string(has_shadow ? "x" : "*") + ":65534:65534:nobody:/nonexistent:/bin/false");
  }
  if (!is_placed) add_entry(lines, entry);
  return text_of(lines);
}

std::string with_locked_password(std::string_view shadow, std::string_view name) {
  std::vector<std::string> lines;
  for (const std::string_view line : lines_of(shadow)) {
    const auto columns = columns_of(line, 2);
    if (!columns.empty() && columns[0] == name) return std::string(shadow);
    lines.emplace_back(line);
  }
  add_entry(lines, std::string(name) + ":*::0:99999:7:::");
  return text_of(lines);
}

}  // namespace hutch::guest
