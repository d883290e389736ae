#include "guest/become.h"

#include <grp.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "core/guest/group.h"
#include "guest/files.h"

namespace hutch::guest {
namespace {

Status set_groups(const User& user, Groups groups) {
  std::vector<std::uint32_t> gids = {user.gid};
  if (groups == Groups::kOfUser) {
    const auto text = read_text("/etc/group", kAccountsLimit);
    if (text && *text) gids = groups_of(**text, user.name, user.gid);
  }
  while (::setgroups(gids.size(), gids.data()) != 0) {
    // EINVAL: a group without a mapped id (user_namespaces(7)); the own one has one.
    if (errno != EINVAL || gids.size() == 1) return unexpected(system_error(errno, "cannot set the groups"));
    gids.pop_back();
  }
  return {};
}

}  // namespace

Result<User> find_account(std::string_view passwd, std::string_view name) {
  if (auto user = find_user(passwd, name)) return std::move(*user);
  const auto uid = id_in(name.starts_with('#') ? name.substr(1) : name);
  if (uid) {
    if (auto user = find_user(passwd, *uid)) return std::move(*user);
  }
  if (name == "root" || uid == 0u) return User{.name = "root", .home = "/root", .shell = "/bin/sh"};
  if (!uid) {
    return failure(ErrorKind::kNotFound,
                   text::format("there is no user '%s' in this toolbox", text::printable(name).c_str()));
  }
  return User{.name = std::to_string(*uid), .uid = *uid, .gid = *uid, .home = "/", .shell = "/bin/sh"};
}

Status become(const User& user, Groups groups, bool is_single_uid) {
  if (is_single_uid) return {};
  if (groups != Groups::kKept) TRY(set_groups(user, groups));
  if (::setresgid(user.gid, user.gid, user.gid) != 0 || ::setresuid(user.uid, user.uid, user.uid) != 0) {
    return unexpected(system_error(errno, text::format("cannot become '%s'", text::printable(user.name).c_str())));
  }
  return {};
}

}  // namespace hutch::guest
