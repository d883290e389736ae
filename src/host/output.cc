#include "host/output.h"

#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/i18n.h"
#include "base/text.h"
#include "core/plan/channel.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr std::size_t kLogsKept = 64;
constexpr std::string_view kOldSuffix = ".1";

bool leads_nowhere(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return true;
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);  // /dev/null, null(4)
}

HostPath old_file(const HostPath& file) {
  return file.parent() / (std::string(file.name()) + std::string(kOldSuffix));
}

struct Found {
  std::int64_t changed;
  std::string name;
};

// The oldest above the limit go.
Status prune(const HostPath& directory) {
  std::vector<Found> logs;
  for (std::string& name : TRY(os::list_directory(directory))) {
    struct stat status {};
    if (::lstat((directory / name).c_str(), &status) != 0) continue;  // another run's prune
    logs.push_back({.changed = status.st_mtim.tv_sec, .name = std::move(name)});
  }
  constexpr std::size_t kMost = 2 * kLogsKept;  // files
  if (logs.size() < kMost) return {};
  std::sort(logs.begin(), logs.end(),
            [](const Found& left, const Found& right) { return left.changed < right.changed; });
  logs.resize(logs.size() - kMost + 1);
  for (const Found& log : logs) (void)::unlink((directory / log.name).c_str());  // one that stays is tried again
  return {};
}

std::string read_whole(const HostPath& file) {
  constexpr std::size_t kMost = 2 * plan::kLogLimit;  // a write may go beyond the limit
  return os::read_file(file, kMost).value_or(std::string());
}

std::string last_lines(std::string text, std::size_t lines) {
  std::size_t begin = text.size();
  if (begin > 0 && text.back() == '\n') --begin;
  for (; lines > 0; --lines) {
    begin = begin == 0 ? std::string::npos : text.rfind('\n', begin - 1);
    if (begin == std::string::npos) return text;
  }
  return text.substr(begin + 1);
}

}  // namespace

HostPath log_file(const facts::Facts& facts, const InstanceId& id) {
  return facts.directories.state / "hutch/logs" / id.str();
}

os::Fd open_log(const facts::Facts& facts, const InstanceId& id) {
  const HostPath file = log_file(facts, id);
  for (const HostPath& earlier : {file, old_file(file)}) (void)::unlink(earlier.c_str());  // the open below tells
  if (!leads_nowhere(STDOUT_FILENO) || !leads_nowhere(STDERR_FILENO)) return {};
  if (!os::make_directories(file.parent(), 0700) || !prune(file.parent())) return {};
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  return os::Fd(::open(file.c_str(), kFlags, 0600));
}

Result<LogReader> LogReader::open(const HostPath& file, std::optional<std::size_t> lines) {
  LogReader reader(file);
  reader.changes_ = os::Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!reader.changes_) return unexpected(system_error(errno, _("cannot watch files")));
  const int watch =
      ::inotify_add_watch(reader.changes_.get(), file.parent().c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO);
  if (watch < 0 && errno != ENOENT) {
    return unexpected(system_error(errno, text::format(_("cannot watch '%s'"), file.parent().c_str())));
  }
  std::string before = read_whole(old_file(file));
  reader.current_ = os::Fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (reader.current_) before += TRY(os::read_all(reader.current_.get(), 2 * plan::kLogLimit));
  reader.pending_ = lines ? last_lines(std::move(before), *lines) : std::move(before);
  return reader;
}

void LogReader::reopen_when_turned() {
  struct stat ours {};
  struct stat named {};
  if (::stat(file_.c_str(), &named) != 0) return;
  if (current_ && ::fstat(current_.get(), &ours) == 0 && ours.st_ino == named.st_ino) return;
  current_ = os::Fd(::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

Result<std::string> LogReader::read() {
  if (!pending_.empty()) return std::exchange(pending_, {});
  std::array<char, 4096> events{};
  while (::read(changes_.get(), events.data(), events.size()) > 0) {
  }
  constexpr std::size_t kMost = 2 * plan::kLogLimit;
  std::string more = current_ ? TRY(os::read_all(current_.get(), kMost)) : std::string();
  if (!more.empty()) return more;
  reopen_when_turned();
  return current_ ? os::read_all(current_.get(), kMost) : std::string();
}

}  // namespace hutch::host
