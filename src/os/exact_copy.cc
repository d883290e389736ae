#include "os/exact_copy.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"

namespace hutch::os {
namespace {

constexpr std::size_t kCopyLimit = 16u << 20;

Error cannot(const char* act, const HostPath& path, int code) {
  return system_error(code, text::format(_("cannot %s '%s'"), act, text::printable(path.str()).c_str()));
}

Status copy_symlink(const HostPath& from, const HostPath& to) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlink(from.c_str(), target.data(), target.size() - 1);
  if (length < 0) return unexpected(cannot(_("read"), from, errno));
  if (::symlink(target.data(), to.c_str()) != 0) return unexpected(cannot(_("write"), to, errno));
  return {};
}

Status copy_content(const HostPath& from, const HostPath& to, const struct stat& status) {
  const std::string content = TRY(read_file(from, kCopyLimit));
  const Fd copy = TRY(open_path(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
  TRY(write_all(copy.get(), content));
  const std::array<timespec, 2> times = {status.st_atim, status.st_mtim};
  const bool is_like_it =
      ::fchmod(copy.get(), status.st_mode & 07777) == 0 && ::futimens(copy.get(), times.data()) == 0;
  if (!is_like_it || ::fsync(copy.get()) != 0) return unexpected(cannot(_("write"), to, errno));
  return {};
}

Status copy(const HostPath& from, const HostPath& to) {
  struct stat status {};
  if (::lstat(from.c_str(), &status) != 0) return unexpected(cannot(_("read"), from, errno));
  if (S_ISLNK(status.st_mode)) return copy_symlink(from, to);
  if (S_ISREG(status.st_mode)) return copy_content(from, to, status);
  return failure(ErrorKind::kInvalid,
                 text::format(_("'%s' is not a regular file"), text::printable(from.str()).c_str()));
}

void sync_directory(const HostPath& directory) {
  const auto fd = open_path(directory, O_RDONLY | O_DIRECTORY);
  if (fd) (void)::fsync(fd->get());  // some file systems refuse it
}

}  // namespace

Status keep_aside(const HostPath& file, const HostPath& aside) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) return unexpected(cannot(_("read"), file, errno));
  const bool is_file = S_ISREG(status.st_mode) || S_ISLNK(status.st_mode);
  // Without AT_SYMLINK_FOLLOW a symlink itself gets the name (linkat(2)). Another file system, a file of somebody else
  // (proc(5), protected_hardlinks) and a file system without links leave the copy.
  if (is_file && ::linkat(AT_FDCWD, file.c_str(), AT_FDCWD, aside.c_str(), 0) == 0) {
    sync_directory(aside.parent());
    return {};
  }
  const HostPath part = TRY(HostPath::parse(aside.str() + ".part"));
  TRY(remove_tree(part));
  TRY(copy(file, part));
  return rename(part, aside);
}

Status put_back(const HostPath& aside, const HostPath& file) {
  if (::rename(aside.c_str(), file.c_str()) == 0) {
    sync_directory(file.parent());
    return {};
  }
  if (errno != EXDEV) return unexpected(cannot(_("write"), file, errno));
  const HostPath part = TRY(HostPath::parse(file.parent().str() + "/." + std::string(file.name()) + ".part"));
  TRY(remove_tree(part));
  TRY(copy(aside, part));
  TRY(rename(part, file));
  return remove_tree(aside);
}

Status rename(const HostPath& from, const HostPath& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return unexpected(cannot(_("write"), to, errno));
  sync_directory(to.parent());
  return {};
}

}  // namespace hutch::os
