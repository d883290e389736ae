// The first files of a home: /etc/skel, copied by descriptors. Links are copied and never followed.
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "base/text.h"
#include "guest/files.h"
#include "guest/setup_parts.h"
#include "os/file.h"

namespace hutch::guest {
namespace {

constexpr int kDepthLimit = 16;
constexpr std::size_t kEntriesLimit = 4096;

struct Owner {
  uid_t uid = 0;
  gid_t gid = 0;
  bool is_sole = false;  // of every file anyway
};

struct Copy {
  Owner owner;
  std::size_t left = kEntriesLimit;

  Status directory(int from, int to, int depth);
  Status entry(int from, int to, const std::string& name, int depth);
  [[nodiscard]] Status give(int fd, mode_t mode) const;
};

Error cannot(const char* act, const std::string& name) {
  return system_error(errno, text::format("cannot %s '%s' of '/etc/skel'", act, text::printable(name).c_str()));
}

Status Copy::give(int fd, mode_t mode) const {
  if (!owner.is_sole && ::fchown(fd, owner.uid, owner.gid) != 0) return unexpected(cannot("give away", "a file"));
  if (::fchmod(fd, mode & 0777) != 0) return unexpected(cannot("give its mode", "a file"));
  return {};
}

Status Copy::entry(int from, int to, const std::string& name, int depth) {
  struct stat status {};
  if (::fstatat(from, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return unexpected(cannot("read", name));
  if (S_ISLNK(status.st_mode)) {
    char target[PATH_MAX];
    const ssize_t length = ::readlinkat(from, name.c_str(), target, sizeof target - 1);
    if (length < 0) return unexpected(cannot("read", name));
    target[length] = '\0';
    if (::symlinkat(target, to, name.c_str()) != 0) return unexpected(cannot("copy", name));
    const bool is_given = owner.is_sole || ::fchownat(to, name.c_str(), owner.uid, owner.gid, AT_SYMLINK_NOFOLLOW) == 0;
    if (!is_given) return unexpected(cannot("give away", name));
    return {};
  }
  if (S_ISDIR(status.st_mode)) {
    if (::mkdirat(to, name.c_str(), 0700) != 0) return unexpected(cannot("copy", name));
    const os::Fd source = TRY(os::open_at(from, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, 0));
    const os::Fd target = TRY(os::open_at(to, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, 0));
    TRY(directory(source.get(), target.get(), depth + 1));
    return give(target.get(), status.st_mode);
  }
  if (!S_ISREG(status.st_mode)) return {};
  const os::Fd source = TRY(os::open_at(from, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, 0));
  const os::Fd target = TRY(os::open_at(to, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600, 0));
  ssize_t count = 0;
  constexpr std::size_t kAtOnce = 1u << 30;
  while ((count = ::sendfile(target.get(), source.get(), nullptr, kAtOnce)) > 0) {
  }
  if (count < 0) return unexpected(cannot("copy", name));
  return give(target.get(), status.st_mode);
}

Status Copy::directory(int from, int to, int depth) {
  if (depth > kDepthLimit) return failure(ErrorKind::kInvalid, "'/etc/skel' is nested too deeply");
  for (const std::string& name : TRY(os::list_directory(from))) {
    if (left-- == 0) return failure(ErrorKind::kInvalid, "'/etc/skel' has too many files");
    TRY(entry(from, to, name, depth));
  }
  return {};
}

Status fill(const Settings& settings) {
  const Owner owner{.uid = settings.uid, .gid = settings.gid, .is_sole = settings.is_single_uid};
  const bool is_new = !is_there(settings.home.c_str());
  if (is_new) TRY(keep_directory(settings.home.c_str(), 0700));
  const os::Fd home = TRY(os::open_at(AT_FDCWD, settings.home.c_str(), O_RDONLY | O_DIRECTORY, 0, 0));
  Copy copy{.owner = owner};
  if (is_new) TRY(copy.give(home.get(), 0700));
  const auto names = TRY(os::list_directory(home.get()));
  if (!names.empty() || !is_directory("/etc/skel")) return {};
  const os::Fd skel = TRY(os::open_at(AT_FDCWD, "/etc/skel", O_RDONLY | O_DIRECTORY, 0, 0));
  return copy.directory(skel.get(), home.get(), 0);
}

}  // namespace

void fill_home(const Settings& settings) {
  const auto filled = fill(settings);
  if (!filled) say(Error(filled.error()).in(text::format("home '%s'", settings.home.c_str())));
}

}  // namespace hutch::guest
