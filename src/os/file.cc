#include "os/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::os {
namespace {

Error cannot(const char* act, const HostPath& path, int code) {
  return system_error(code, text::format(_("cannot %s '%s'"), act, text::printable(path.str()).c_str()));
}

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Result<Directory> open_directory(Fd fd) {
  DIR* const stream = ::fdopendir(fd.get());
  if (stream == nullptr) return unexpected(system_error(errno, _("cannot list a directory")));
  (void)fd.release();  // the stream owns it now
  return Directory(stream, ::closedir);
}

// A hostile tree may be deeper than we have stack and descriptors: what is too deep is moved up to the top, and its
// turn comes there.
class Removal {
 public:
  Status remove(int directory, const char* name, int depth) {
    constexpr int kDepthLimit = 256;
    if (::unlinkat(directory, name, 0) == 0 || errno == ENOENT) return {};
    if (errno != EISDIR && errno != EPERM && errno != EBUSY) return cannot_remove(name);
    if (depth > kDepthLimit) return lift(directory, name);
    auto fd = open_at(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
    if (fd) {
      Directory stream = TRY(open_directory(std::move(*fd)));
      if (depth == 0) top_ = ::dirfd(stream.get());
      TRY(empty(stream.get(), depth));
    }
    if (::unlinkat(directory, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return {};
    return cannot_remove(name);
  }

 private:
  static tl::unexpected<Error> cannot_remove(const char* name) {
    return unexpected(system_error(errno, text::format(_("cannot remove '%s'"), text::printable(name).c_str())));
  }

  Status lift(int directory, const char* name) {
    while (true) {
      const std::string place = text::format("lifted-%u", lifted_++);
      if (::syscall(SYS_renameat2, directory, name, top_, place.c_str(), kNoReplace) == 0) return {};
      if (errno != EEXIST) return cannot_remove(name);
    }
  }

  Status empty(DIR* stream, int depth) {
    unsigned before = 0;
    do {
      before = lifted_;
      ::rewinddir(stream);
      TRY(empty_once(stream, depth));
    } while (depth == 0 && lifted_ != before);
    return {};
  }

  Status empty_once(DIR* stream, int depth) {
    while (true) {
      errno = 0;
      const dirent* const entry = ::readdir(stream);
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      TRY(remove(::dirfd(stream), entry->d_name, depth + 1));
    }
    if (errno != 0) return unexpected(system_error(errno, _("cannot list a directory")));
    return {};
  }

  static constexpr unsigned kNoReplace = 1;  // RENAME_NOREPLACE, renameat2(2)
  int top_ = -1;
  unsigned lifted_ = 0;
};

}  // namespace

Result<Fd> open_at(int directory, const char* path, std::uint64_t flags, std::uint64_t mode, std::uint64_t resolve) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.mode = mode;
  how.resolve = resolve;
  while (true) {
    const long fd = ::syscall(SYS_openat2, directory, path, &how, sizeof how);
    if (fd >= 0) return Fd(static_cast<int>(fd));
    if (errno != EINTR && errno != EAGAIN) {  // EAGAIN: a rename raced with ".." checks, openat2(2)
      return unexpected(system_error(errno, text::format(_("cannot open '%s'"), text::printable(path).c_str())));
    }
  }
}

Result<Fd> open_path(const HostPath& path, std::uint64_t flags, std::uint64_t mode) {
  return open_at(AT_FDCWD, path.c_str(), flags, mode, 0);
}

Result<std::string> read_file(const HostPath& path, std::size_t limit) {
  const Fd fd = TRY(open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return unexpected(cannot(_("read"), path, errno));
  if (!S_ISREG(status.st_mode)) {
    return failure(ErrorKind::kInvalid,
                   text::format(_("'%s' is not a regular file"), text::printable(path.str()).c_str()));
  }
  return TRY_IN(text::format(_("reading '%s'"), text::printable(path.str()).c_str()), read_all(fd.get(), limit));
}

Result<std::string> read_all(int fd, std::size_t limit) {
  std::string content;
  char buffer[16384];
  while (true) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count == 0) return content;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot read")));
    if (content.size() + static_cast<std::size_t>(count) > limit) {
      return failure(ErrorKind::kInvalid, text::format(_("more than %zu bytes"), limit));
    }
    content.append(buffer, static_cast<std::size_t>(count));
  }
}

Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot write")));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Status replace_file(const HostPath& path, std::string_view content, mode_t mode, Lasting lasting) {
  const HostPath directory = path.parent();
  const Fd parent = TRY(open_path(directory, O_RDONLY | O_DIRECTORY));
  const std::string name(path.name());
  const std::string beside = text::format(".%s.%d.tmp", name.c_str(), static_cast<int>(::getpid()));
  (void)::unlinkat(parent.get(), beside.c_str(), 0);  // left by a killed process that had our pid
  const Fd file = TRY(open_at(parent.get(), beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode, 0));
  auto written = write_all(file.get(), content);
  const bool is_durable = lasting == Lasting::kPowerCut;
  if (written && is_durable && ::fsync(file.get()) != 0) written = unexpected(cannot(_("write"), path, errno));
  if (written && ::renameat(parent.get(), beside.c_str(), parent.get(), name.c_str()) != 0) {
    written = unexpected(cannot(_("write"), path, errno));
  }
  if (!written) {
    (void)::unlinkat(parent.get(), beside.c_str(), 0);  // the first error matters
    return unexpected(
        std::move(written).error().in(text::format(_("writing '%s'"), text::printable(path.str()).c_str())));
  }
  if (is_durable) (void)::fsync(parent.get());  // some file systems refuse it on directories; the rename itself is done
  return {};
}

Status make_directories(const HostPath& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return {};
  if (errno == ENOENT && !path.is_root()) {
    TRY(make_directories(path.parent(), mode));
    if (::mkdir(path.c_str(), mode) == 0) return {};
  }
  if (errno == EEXIST) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
    return unexpected(cannot(_("make directory"), path, ENOTDIR));
  }
  return unexpected(cannot(_("make directory"), path, errno));
}

Status remove_tree(const HostPath& path) {
  auto parent = open_path(path.parent(), O_RDONLY | O_DIRECTORY);
  if (!parent) {
    if (parent.error().code == ENOENT) return {};
    return unexpected(std::move(parent).error());
  }
  TRY_IN(text::format(_("removing '%s'"), text::printable(path.str()).c_str()),
         Removal().remove(parent->get(), std::string(path.name()).c_str(), 0));
  return {};
}

Result<std::vector<std::string>> list_directory(const HostPath& path) {
  const Fd directory = TRY(open_path(path, O_RDONLY | O_DIRECTORY));
  return TRY_IN(text::format(_("listing '%s'"), text::printable(path.str()).c_str()), list_directory(directory.get()));
}

Result<std::vector<std::string>> list_directory(int directory) {
  Fd own = TRY(open_at(directory, ".", O_RDONLY | O_DIRECTORY, 0, 0));
  const Directory stream = TRY(open_directory(std::move(own)));
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* const entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return unexpected(system_error(errno, _("cannot list a directory")));
  std::sort(names.begin(), names.end());
  return names;
}

bool exists(const HostPath& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

Result<bool> try_lock(int fd) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(fd, F_OFD_SETLK, &lock) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  return unexpected(system_error(errno, _("cannot lock")));
}

Status lock(int fd) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  while (::fcntl(fd, F_OFD_SETLKW, &lock) != 0) {
    if (errno != EINTR) return unexpected(system_error(errno, _("cannot lock")));
  }
  return {};
}

}  // namespace hutch::os
