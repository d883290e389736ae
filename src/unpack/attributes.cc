#include "unpack/attributes.h"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::unpack {
namespace {

constexpr std::uint32_t kSpecialBits = 07000;
constexpr std::size_t kListSize = 64u << 10;  // XATTR_LIST_MAX
constexpr std::string_view kOverlay = "user.overlay.";
constexpr std::string_view kOwn = "user.hutch.";
constexpr std::string_view kCapability = "security.capability";

bool is_kept(std::string_view name) {
  if (name.starts_with(kOverlay) || name.starts_with(kOwn)) return false;
  return name.starts_with("user.") || name == kCapability;
}

tl::unexpected<Error> cannot_own(std::uint32_t uid, std::uint32_t gid, int code) {
  Error error = system_error(code, text::format(_("cannot give a file to user %u and group %u"), uid, gid));
  if (code == EINVAL) {
    error.message = text::format(
        _("the image has files of user %u and group %u, and one of them is beyond your subordinate ids"), uid, gid);
    error.code = 0;
    error.kind = ErrorKind::kUnavailable;
    error.hint = _("give yourself more ids in /etc/subuid and /etc/subgid: usermod --add-subuids, --add-subgids");
  }
  return unexpected(std::move(error));
}

timespec to_timespec(const Time& time) {
  return {.tv_sec = time.seconds, .tv_nsec = time.nanoseconds};
}

Status write_extended(int fd, const std::string& name, const std::string& value) {
  if (::fsetxattr(fd, name.c_str(), value.data(), value.size(), 0) == 0) return {};
  return unexpected(
      system_error(errno, text::format(_("cannot set the attribute '%s'"), text::printable(name).c_str())));
}

// With one id only, the kernel has no root to write capabilities for (capabilities(7), "Namespaced file capabilities").
bool is_writable(std::string_view name, bool has_own_id_only) {
  return !has_own_id_only || name != kCapability;
}

Status write_owner(int fd, const Attributes& attributes) {
  if (attributes.uid == 0 && attributes.gid == 0) return {};
  return write_extended(fd, kOwnerAttribute, text::format("%u:%u", attributes.uid, attributes.gid));
}

Result<std::vector<std::string>> list_extended(int fd) {
  if (::flistxattr(fd, nullptr, 0) == 0) return std::vector<std::string>();  // of most files
  std::string list(kListSize, '\0');
  const ssize_t size = ::flistxattr(fd, list.data(), list.size());
  if (size < 0 && errno == ENOTSUP) return std::vector<std::string>();
  if (size < 0) return unexpected(system_error(errno, _("cannot list attributes")));
  std::vector<std::string> names;
  for (std::string_view rest(list.data(), static_cast<std::size_t>(size)); !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find('\0'));
    names.emplace_back(name);
    rest.remove_prefix(std::min(name.size() + 1, rest.size()));
  }
  return names;
}

Result<std::string> read_extended(int fd, const std::string& name) {
  std::string value(kListSize, '\0');
  const ssize_t size = ::fgetxattr(fd, name.c_str(), value.data(), value.size());
  if (size < 0) return unexpected(system_error(errno, _("cannot read an attribute")));
  value.resize(static_cast<std::size_t>(size));
  return value;
}

void parse_owner(std::string_view value, Attributes& attributes) {
  const std::size_t colon = value.find(':');
  if (colon == value.npos) return;
  const auto uid = text::parse_number(value.substr(0, colon), UINT32_MAX - 1);
  const auto gid = text::parse_number(value.substr(colon + 1), UINT32_MAX - 1);
  if (!uid || !gid) return;
  attributes.uid = static_cast<std::uint32_t>(*uid);
  attributes.gid = static_cast<std::uint32_t>(*gid);
}

}  // namespace

Attributes attributes_of(Entry&& entry) {
  Attributes attributes{
      .mode = entry.mode, .uid = entry.uid, .gid = entry.gid, .modified = entry.modified, .extended = {}};
  for (auto& [name, value] : entry.attributes) {
    if (is_kept(name)) attributes.extended.emplace_back(std::move(name), std::move(value));
  }
  return attributes;
}

Result<Attributes> read_attributes(int fd, const struct stat& status, bool has_own_id_only) {
  Attributes attributes{.mode = status.st_mode & 07777U,
                        .uid = has_own_id_only ? 0 : status.st_uid,
                        .gid = has_own_id_only ? 0 : status.st_gid,
                        .modified = {.seconds = status.st_mtim.tv_sec, .nanoseconds = status.st_mtim.tv_nsec},
                        .extended = {}};
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return attributes;
  for (const std::string& name : TRY(list_extended(fd))) {
    if (name == kOwnerAttribute) parse_owner(TRY(read_extended(fd, name)), attributes);
    if (!is_kept(name)) continue;
    std::string value = TRY(read_extended(fd, name));
    attributes.extended.emplace_back(name, std::move(value));
  }
  return attributes;
}

Status apply_to_file(int fd, const Attributes& attributes, std::uint32_t created_mode, bool has_own_id_only) {
  if (has_own_id_only) {
    TRY(write_owner(fd, attributes));
  } else if (::fchown(fd, attributes.uid, attributes.gid) != 0) {
    return cannot_own(attributes.uid, attributes.gid, errno);
  }
  const bool needs_mode = created_mode != attributes.mode || (attributes.mode & kSpecialBits) != 0;
  if (needs_mode && ::fchmod(fd, attributes.mode) != 0) return unexpected(system_error(errno, _("cannot set a mode")));
  for (const auto& [name, value] : attributes.extended) {
    if (is_writable(name, has_own_id_only)) TRY(write_extended(fd, name, value));
  }
  return {};
}

Status apply_time(int fd, const Time& modified) {
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, to_timespec(modified)};
  if (::futimens(fd, times) != 0) return unexpected(system_error(errno, _("cannot set a time")));
  return {};
}

Status apply_to_name(int directory, const char* name, const Attributes& attributes, bool is_link,
                     bool has_own_id_only) {
  if (!has_own_id_only && ::fchownat(directory, name, attributes.uid, attributes.gid, AT_SYMLINK_NOFOLLOW) != 0) {
    return cannot_own(attributes.uid, attributes.gid, errno);
  }
  // Nothing but this process works in the tree, and it has just made the name.
  if (!is_link && ::fchmodat(directory, name, attributes.mode, 0) != 0) {
    return unexpected(system_error(errno, _("cannot set a mode")));
  }
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, to_timespec(attributes.modified)};
  if (::utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW) != 0) {
    return unexpected(system_error(errno, _("cannot set a time")));
  }
  return {};
}

Status clear_extended(int fd) {
  for (const std::string& name : TRY(list_extended(fd))) {
    const bool is_ours = is_kept(name) || name == kOwnerAttribute;
    if (is_ours && ::fremovexattr(fd, name.c_str()) != 0) {
      return unexpected(system_error(errno, _("cannot remove an attribute")));
    }
  }
  return {};
}

}  // namespace hutch::unpack
