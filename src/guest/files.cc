#include "guest/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "base/text.h"

namespace hutch::guest {
namespace {

Error cannot(const char* act, const char* path, int code) {
  return system_error(code, text::format("cannot %s '%s'", act, text::printable(path).c_str()));
}

// In the same directory. One name for all: nobody else sets up this root file system, and what a killed one left is
// taken away.
std::string name_beside(const char* path) {
  const std::string text = path;
  const std::size_t slash = text.rfind('/');
  return text.substr(0, slash + 1) + ".hutch-" + text.substr(slash + 1);
}

Status put_in_place(const std::string& beside, const char* path) {
  if (::rename(beside.c_str(), path) == 0) return {};
  const int error = errno;
  (void)::unlink(beside.c_str());  // the first error matters
  return unexpected(cannot("write", path, error));
}

Status write_new(const std::string& beside, const char* path, std::string_view content, const struct stat& kept,
                 os::Lasting lasting) {
  const os::Fd file = TRY(os::open_at(AT_FDCWD, beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600, 0));
  TRY_IN(text::format("writing '%s'", path), os::write_all(file.get(), content));
  // The only id of a single-uid toolbox is the owner already: there this fails and changes nothing.
  if (::fchown(file.get(), kept.st_uid, kept.st_gid) != 0 && errno != EINVAL && errno != EPERM) {
    return unexpected(cannot("give its owner", path, errno));
  }
  if (::fchmod(file.get(), kept.st_mode & 07777) != 0) return unexpected(cannot("give its mode", path, errno));
  const bool is_durable = lasting == os::Lasting::kPowerCut;
  if (is_durable && ::fsync(file.get()) != 0) return unexpected(cannot("write", path, errno));
  return {};
}

}  // namespace

Result<std::optional<std::string>> read_text(const char* path, std::size_t limit) {
  const HostPath file = TRY(HostPath::parse(path));
  auto content = os::read_file(file, limit);
  if (content) return std::optional(std::move(*content));
  if (content.error().code == ENOENT) return std::optional<std::string>();
  return unexpected(std::move(content).error());
}

Status replace_text(const char* path, std::string_view content, mode_t mode, os::Lasting lasting) {
  struct stat kept {};
  if (::stat(path, &kept) != 0) {
    kept = {};
    kept.st_mode = mode;
  }
  const std::string beside = name_beside(path);
  (void)::unlink(beside.c_str());
  if (auto written = write_new(beside, path, content, kept, lasting); !written) {
    (void)::unlink(beside.c_str());
    return written;
  }
  return put_in_place(beside, path);
}

Status keep_text(const char* path, std::string_view content, mode_t mode) {
  const auto before = read_text(path, content.size());  // a longer one is another one
  if (before && *before == content) return {};
  return replace_text(path, content, mode, os::Lasting::kProcess);
}

Status keep_link(const char* path, const char* target) {
  char before[PATH_MAX];
  const ssize_t length = ::readlink(path, before, sizeof before);
  if (length >= 0 && std::string_view(before, static_cast<std::size_t>(length)) == target) return {};
  const std::string beside = name_beside(path);
  (void)::unlink(beside.c_str());
  if (::symlink(target, beside.c_str()) != 0) return unexpected(cannot("link", path, errno));
  return put_in_place(beside, path);
}

Status keep_directory(const char* path, mode_t mode) {
  if (is_directory(path)) return {};
  const HostPath directory = TRY(HostPath::parse(path));
  TRY(os::make_directories(directory, 0755));
  if (::chmod(path, mode) != 0) return unexpected(cannot("give its mode", path, errno));
  return {};
}

Status remove_file(const char* path) {
  if (::unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  return unexpected(cannot("remove", path, errno));
}

bool is_there(const char* path) {
  struct stat status {};
  return ::lstat(path, &status) == 0;
}

bool is_empty(const char* path) {
  struct stat status {};
  return ::stat(path, &status) != 0 || status.st_size == 0;
}

bool is_directory(const char* path) {
  struct stat status {};
  return ::stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_program(const char* path) {
  struct stat status {};
  return ::stat(path, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 0111) != 0;
}

}  // namespace hutch::guest
