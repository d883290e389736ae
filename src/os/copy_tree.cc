#include "os/copy_tree.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
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

constexpr int kDepthLimit = 128;

Error cannot(const char* act, const HostPath& path, int code) {
  return system_error(code, text::format(_("cannot %s '%s'"), act, text::printable(path.str()).c_str()));
}

class Copier {
 public:
  // Both paths are those of the entry, for messages.
  Status copy(int from, const std::string& name, int to, const std::string& as, const HostPath& path, int depth) {
    struct stat status {};
    if (::fstatat(from, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
      return unexpected(cannot(_("read"), path, errno));
    }
    if (S_ISDIR(status.st_mode)) return copy_directory(from, name, to, as, path, depth, status);
    if (S_ISLNK(status.st_mode)) return copy_symlink(from, name, to, as, path, status);
    if (S_ISREG(status.st_mode)) return copy_file(from, name, to, as, path, status);
    return {};
  }

 private:
  static Status keep_look(int fd, const struct stat& status, const HostPath& path) {
    const std::array<timespec, 2> times = {status.st_atim, status.st_mtim};
    if (::fchmod(fd, status.st_mode & 0777) == 0 && ::futimens(fd, times.data()) == 0) return {};
    return unexpected(cannot(_("write"), path, errno));
  }

  Status copy_directory(int from, const std::string& name, int to, const std::string& as, const HostPath& path,
                        int depth, const struct stat& status) {
    if (depth == 0) return unexpected(cannot(_("copy"), path, ELOOP));
    if (::mkdirat(to, as.c_str(), 0700) != 0) return unexpected(cannot(_("write"), path, errno));
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    const Fd source(::openat(from, name.c_str(), kFlags));
    const Fd target(::openat(to, as.c_str(), kFlags));
    if (!source || !target) return unexpected(cannot(_("read"), path, errno));
    for (const std::string& entry : TRY(list_directory(source.get()))) {
      TRY(copy(source.get(), entry, target.get(), entry, path / entry, depth - 1));
    }
    return keep_look(target.get(), status, path);
  }

  static Status copy_symlink(int from, const std::string& name, int to, const std::string& as, const HostPath& path,
                             const struct stat& status) {
    std::array<char, PATH_MAX> points_to{};
    if (::readlinkat(from, name.c_str(), points_to.data(), points_to.size() - 1) < 0) {
      return unexpected(cannot(_("read"), path, errno));
    }
    const std::array<timespec, 2> times = {status.st_atim, status.st_mtim};
    if (::symlinkat(points_to.data(), to, as.c_str()) != 0 ||
        ::utimensat(to, as.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0) {
      return unexpected(cannot(_("write"), path, errno));
    }
    return {};
  }

  static Status copy_file(int from, const std::string& name, int to, const std::string& as, const HostPath& path,
                          const struct stat& status) {
    const Fd source(::openat(from, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat opened {};
    if (!source || ::fstat(source.get(), &opened) != 0) return unexpected(cannot(_("read"), path, errno));
    if (!S_ISREG(opened.st_mode)) return {};  // it changed meanwhile
    const Fd target(::openat(to, as.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!target) return unexpected(cannot(_("write"), path, errno));
    if (::ioctl(target.get(), FICLONE, source.get()) != 0) TRY(copy_content(source.get(), target.get(), path));
    return keep_look(target.get(), status, path);
  }

  static Status copy_content(int source, int target, const HostPath& path) {
    constexpr std::size_t kAtOnce = 1u << 30;
    ssize_t count = 0;
    while ((count = ::copy_file_range(source, nullptr, target, nullptr, kAtOnce, 0)) > 0) continue;
    if (count == 0) return {};
    if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) {
      return unexpected(cannot(_("copy"), path, errno));
    }
    std::array<char, 64u << 10> buffer;
    for (;;) {  // both descriptors stand behind what was copied
      count = ::read(source, buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return unexpected(cannot(_("read"), path, errno));
      if (count == 0) return {};
      TRY_IN(text::printable(path.str()), write_all(target, {buffer.data(), static_cast<std::size_t>(count)}));
    }
  }
};

Status give_name(const HostPath& from, const HostPath& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
    const auto directory = open_path(to.parent(), O_RDONLY | O_DIRECTORY);
    if (directory) (void)::fsync(directory->get());  // some file systems refuse it
    return {};
  }
  if (errno == EEXIST) {
    return failure(ErrorKind::kConflict, text::format(_("there is a '%s' already"), text::printable(to.str()).c_str()));
  }
  return unexpected(cannot(_("write"), to, errno));
}

}  // namespace

Status copy_tree(const HostPath& from, const HostPath& to) {
  const Fd source = TRY(open_path(from.parent(), O_RDONLY | O_DIRECTORY));
  const Fd target = TRY(open_path(to.parent(), O_RDONLY | O_DIRECTORY));
  TRY(Copier().copy(source.get(), std::string(from.name()), target.get(), std::string(to.name()), from, kDepthLimit));
  if (::syncfs(target.get()) != 0) return unexpected(cannot(_("write"), to, errno));
  return {};
}

Status place_copy(const HostPath& from, const HostPath& to, const HostPath& part) {
  TRY(remove_tree(part));
  TRY(copy_tree(from, part));
  return give_name(part, to);
}

Status move_tree(const HostPath& from, const HostPath& to, const HostPath& part) {
  auto named = give_name(from, to);
  if (named || named.error().code != EXDEV) return named;
  TRY(place_copy(from, to, part));
  return remove_tree(from);
}

}  // namespace hutch::os
