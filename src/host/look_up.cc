#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>

#include "base/text.h"
#include "host/probe.h"
#include "os/file.h"

namespace hutch::host {
namespace {

std::optional<FileType> type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return FileType::kRegular;
    case S_IFDIR:
      return FileType::kDirectory;
    case S_IFSOCK:
      return FileType::kSocket;
    case S_IFIFO:
      return FileType::kFifo;
    case S_IFCHR:
      return FileType::kCharacterDevice;
    case S_IFBLK:
      return FileType::kBlockDevice;
    default:
      return std::nullopt;
  }
}

// Where an O_PATH descriptor really is: proc_pid_fd(5). A deleted file shows " (deleted)" and then names nothing.
std::optional<HostPath> real_path_of(int fd) {
  char target[kPathLimit + 2];
  const ssize_t length = ::readlink(text::format("/proc/self/fd/%d", fd).c_str(), target, sizeof target);
  if (length <= 0 || length > static_cast<ssize_t>(kPathLimit)) return std::nullopt;
  auto path = HostPath::parse(std::string_view(target, static_cast<std::size_t>(length)));
  if (!path) return std::nullopt;
  return std::move(*path);
}

std::optional<facts::PathFact> fact_of(int fd, HostPath real) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return std::nullopt;
  const auto type = type_of(status.st_mode);
  if (!type) return std::nullopt;
  return facts::PathFact{.real = std::move(real),
                         .type = *type,
                         .identity = {.device = status.st_dev, .inode = status.st_ino},
                         .owner = status.st_uid,
                         .mode = status.st_mode & 07777};
}

std::optional<facts::PathFact> look_at(const HostPath& path) {
  // Most paths have no symlinks, and then three calls tell everything.
  const auto direct = os::open_at(AT_FDCWD, path.c_str(), O_PATH, 0, RESOLVE_NO_SYMLINKS);
  if (direct) return fact_of(direct->get(), path);
  if (direct.error().code != ELOOP) return std::nullopt;
  const auto linked = os::open_path(path, O_PATH);
  if (!linked) return std::nullopt;
  const auto real = real_path_of(linked->get());
  return real ? fact_of(linked->get(), *real) : std::nullopt;
}

}  // namespace

void look_up(facts::Facts& facts, const std::vector<HostPath>& paths) {
  for (const HostPath& path : paths) {
    if (facts.find(path) != nullptr) continue;
    if (const auto fact = look_at(path)) facts.paths.emplace(path, *fact);
  }
}

void look_into(facts::Facts& facts, const std::vector<HostPath>& directories) {
  for (const HostPath& directory : directories) {
    if (facts.listings.contains(directory)) continue;
    if (auto names = os::list_directory(directory)) facts.listings.emplace(directory, std::move(*names));
  }
}

void look_up_variables(facts::Facts& facts, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const char* const value = std::getenv(name.c_str());
    if (value != nullptr) facts.environment.emplace(name, value);
  }
}

}  // namespace hutch::host
