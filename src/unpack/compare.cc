#include "unpack/compare.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <span>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"

namespace hutch::unpack {
namespace {

constexpr std::size_t kListSize = 64u << 10;   // XATTR_LIST_MAX
constexpr std::size_t kPieceSize = 32u << 10;  // on the stack: most files are smaller than any fresh memory is worth
constexpr int kDepthLimit = 512;
constexpr std::uint64_t kBlock = 512;  // st_blocks, stat(2)

tl::unexpected<Error> cannot_look(const std::string& path, int code) {
  return unexpected(system_error(code, text::format(_("cannot look at '%s'"), text::printable(path).c_str())));
}

Result<os::Fd> open_entry(int directory, const std::string& name, int flags) {
  os::Fd fd(::openat(directory, name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return cannot_look(name, errno);
  return fd;
}

Result<struct stat> status_of(int directory, const std::string& name) {
  struct stat status {};
  if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return cannot_look(name, errno);
  return status;
}

Result<std::map<std::string, std::string>> extended_of(int fd) {
  std::map<std::string, std::string> result;
  if (::flistxattr(fd, nullptr, 0) == 0) return result;
  std::string list(kListSize, '\0');
  const ssize_t size = ::flistxattr(fd, list.data(), list.size());
  if (size < 0 && errno != ENOTSUP) return cannot_look(_("extended attributes"), errno);
  list.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  for (const std::string_view part : text::split(list, '\0')) {
    if (part.empty() || (!part.starts_with("user.") && part != "security.capability")) continue;
    const std::string name(part);
    std::string value(kListSize, '\0');
    const ssize_t length = ::fgetxattr(fd, name.c_str(), value.data(), value.size());
    if (length < 0) return cannot_look(name, errno);
    value.resize(static_cast<std::size_t>(length));
    result.emplace(name, std::move(value));
  }
  return result;
}

Result<std::string> target_of(int directory, const std::string& name) {
  std::string target(kPathLimit + 1, '\0');
  const ssize_t size = ::readlinkat(directory, name.c_str(), target.data(), target.size());
  if (size < 0) return cannot_look(name, errno);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

Result<std::size_t> read_piece(int fd, std::span<char> piece) {
  std::size_t size = 0;
  while (size < piece.size()) {
    const ssize_t count = ::read(fd, piece.data() + size, piece.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unexpected(system_error(errno, _("cannot read")));
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  return size;
}

class Walk {
 public:
  Comparison result;

  Status compare(int one, int other, const std::string& path, int depth) {
    if (depth > kDepthLimit) return failure(ErrorKind::kInvalid, _("a directory tree is nested too deeply"));
    TRY(compare_descriptors(one, other, path));
    const std::vector<std::string> names = TRY(os::list_directory(one));
    const std::vector<std::string> others = TRY(os::list_directory(other));
    if (names != others) note(path, _("has other names in it"));
    for (const std::string& name : names) {
      if (!result.difference.empty()) return {};
      TRY(compare_entry(one, other, name, path + "/" + name, depth));
    }
    return {};
  }

 private:
  void note(const std::string& path, const char* what) {
    if (!result.difference.empty()) return;
    result.difference = text::format("'%s' %s", text::printable(path.empty() ? "/" : path).c_str(), what);
  }

  void compare_status(const struct stat& one, const struct stat& other, const std::string& path) {
    if (((one.st_mode ^ other.st_mode) & S_IFMT) != 0) return note(path, _("is of another type"));
    if (one.st_mode != other.st_mode) return note(path, _("has another mode"));
    if (one.st_uid != other.st_uid || one.st_gid != other.st_gid) return note(path, _("has another owner"));
    if (one.st_mtim.tv_sec != other.st_mtim.tv_sec || one.st_mtim.tv_nsec != other.st_mtim.tv_nsec) {
      return note(path, _("has another time"));
    }
    if (S_ISDIR(one.st_mode)) return;
    if (one.st_size != other.st_size) return note(path, _("has another size"));
    if (one.st_nlink != other.st_nlink) return note(path, _("has other links"));
    if (one.st_rdev != other.st_rdev) return note(path, _("is another device"));
  }

  Status compare_descriptors(int one, int other, const std::string& path) {
    ++result.entries;
    const struct stat first = TRY(status_of(one, "."));
    const struct stat second = TRY(status_of(other, "."));
    compare_status(first, second, path);
    return compare_extended(one, other, path);
  }

  Status compare_extended(int one, int other, const std::string& path) {
    const auto first = TRY(extended_of(one));
    const auto second = TRY(extended_of(other));
    if (first != second) note(path, _("has other extended attributes"));
    return {};
  }

  Status compare_entry(int one, int other, const std::string& name, const std::string& path, int depth) {
    const struct stat first = TRY(status_of(one, name));
    const struct stat second = TRY(status_of(other, name));
    compare_status(first, second, path);
    if (!result.difference.empty()) return {};
    if (S_ISDIR(first.st_mode)) {
      const os::Fd left = TRY(open_entry(one, name, O_RDONLY | O_DIRECTORY));
      const os::Fd right = TRY(open_entry(other, name, O_RDONLY | O_DIRECTORY));
      return compare(left.get(), right.get(), path, depth + 1);
    }
    ++result.entries;
    if (S_ISLNK(first.st_mode)) {
      const std::string left = TRY(target_of(one, name));
      const std::string right = TRY(target_of(other, name));
      if (left != right) note(path, _("points elsewhere"));
    }
    if (!S_ISREG(first.st_mode)) return {};
    const os::Fd left = TRY(open_entry(one, name, O_RDONLY | O_NONBLOCK));
    const os::Fd right = TRY(open_entry(other, name, O_RDONLY | O_NONBLOCK));
    TRY(compare_extended(left.get(), right.get(), path));
    const bool is_same = TRY(has_same_content(left.get(), right.get()));
    if (!is_same) note(path, _("has other content"));
    return {};
  }
};

Status measure(int directory, int depth, Measure& result) {
  if (depth > kDepthLimit) return failure(ErrorKind::kInvalid, _("a directory tree is nested too deeply"));
  const std::vector<std::string> names = TRY(os::list_directory(directory));
  for (const std::string& name : names) {
    const struct stat status = TRY(status_of(directory, name));
    ++result.entries;
    const bool is_directory = S_ISDIR(status.st_mode);
    const std::uint64_t names_of_it = is_directory ? 1 : std::max<std::uint64_t>(status.st_nlink, 1);
    result.bytes += static_cast<std::uint64_t>(status.st_blocks) * kBlock / names_of_it;
    if (!is_directory) continue;
    const os::Fd below = TRY(open_entry(directory, name, O_RDONLY | O_DIRECTORY));
    TRY(measure(below.get(), depth + 1, result));
  }
  return {};
}

}  // namespace

Result<bool> has_same_content(int one, int other) {
  char left[kPieceSize];
  char right[kPieceSize];
  while (true) {
    const std::size_t size = TRY(read_piece(one, left));
    const std::size_t other_size = TRY(read_piece(other, right));
    if (size != other_size || std::memcmp(left, right, size) != 0) return false;
    if (size < sizeof left) return true;
  }
}

Result<Comparison> compare_trees(const HostPath& one, const HostPath& other) {
  const os::Fd first = TRY(os::open_path(one, O_RDONLY | O_DIRECTORY));
  const os::Fd second = TRY(os::open_path(other, O_RDONLY | O_DIRECTORY));
  Walk walk;
  TRY(walk.compare(first.get(), second.get(), "", 0));
  return std::move(walk.result);
}

Result<Measure> measure_tree(const HostPath& path) {
  const os::Fd directory = TRY(os::open_path(path, O_RDONLY | O_DIRECTORY));
  Measure result;
  TRY(measure(directory.get(), 0, result));
  return result;
}

}  // namespace hutch::unpack
