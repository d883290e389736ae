#include "host/instance_locks.h"

#include <fcntl.h>

#include <cerrno>
#include <limits>

#include "base/i18n.h"
#include "base/text.h"
#include "host/history.h"
#include "host/instances.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr const char* kGuard = ".guard";  // no instance id: ids have no dot

Result<os::Fd> open_guard(const HostPath& instances) {
  return os::open_path(instances / kGuard, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
}

// fcntl(2), open file description locks: they die with the last descriptor.
Status lock(int fd, short type, int command) {
  struct flock request {};
  request.l_type = type;
  request.l_whence = SEEK_SET;
  while (::fcntl(fd, command, &request) != 0) {
    if (errno != EINTR) return unexpected(system_error(errno, _("cannot lock the directory of running instances")));
  }
  return {};
}

// Under an exclusive guard: nobody makes a directory now, so a free or missing lock means a dead instance.
Status remove_dead(const facts::Facts& facts, const std::vector<InstanceId>& dead) {
  for (const InstanceId& id : dead) {
    const HostPath directory = instances_directory(facts) / id.str();
    if (TRY(is_locked(directory))) continue;
    // Once PID 1 is known the app was let in; before, nothing ran.
    const auto record = read_record(directory);
    if (record && record->init > 0) note_lost(facts, *record);
    TRY(os::remove_tree(facts.directories.runtime / ".flatpak" / id.str()));
    TRY(os::remove_tree(directory));  // last: the directory's name is what leads here again
  }
  return {};
}

}  // namespace

Result<os::Fd> guard_creation(const HostPath& instances) {
  os::Fd guard = TRY(open_guard(instances));
  TRY(lock(guard.get(), F_RDLCK, F_OFD_SETLKW));
  return guard;
}

Result<bool> is_locked(const HostPath& directory) {
  const auto fd = os::open_path(directory / "lock", O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd) {
    if (fd.error().code == ENOENT || fd.error().code == ENOTDIR) return false;
    return unexpected(fd.error());
  }
  struct flock question {};
  question.l_type = F_WRLCK;
  question.l_whence = SEEK_SET;
  if (::fcntl(fd->get(), F_OFD_GETLK, &question) != 0) {
    return unexpected(system_error(errno, _("cannot ask for a lock")));
  }
  return question.l_type != F_UNLCK;
}

Status sweep(const facts::Facts& facts, const std::vector<InstanceId>& dead, int guard) {
  // Two sweepers that both hold it shared would wait for each other for ever: let go first.
  TRY(lock(guard, F_UNLCK, F_OFD_SETLK));
  TRY(lock(guard, F_WRLCK, F_OFD_SETLKW));
  TRY(remove_dead(facts, dead));
  return lock(guard, F_UNLCK, F_OFD_SETLK);
}

Status sweep_if_unguarded(const facts::Facts& facts, const std::vector<InstanceId>& dead) {
  const os::Fd guard = TRY(open_guard(instances_directory(facts)));
  if (!TRY(os::try_lock(guard.get()))) return {};
  return remove_dead(facts, dead);
}

Result<std::uint64_t> start_time(pid_t pid) {
  constexpr std::size_t kStatLimit = 4096;
  constexpr std::size_t kStartField = 19;  // field 22, counted from the state behind the command's closing parenthesis
  const HostPath file = HostPath::literal("/proc") / std::to_string(pid) / "stat";
  const std::string stat = TRY(os::read_file(file, kStatLimit));
  const std::size_t end = stat.rfind(')');  // the command may hold anything, also parentheses
  if (end != std::string::npos && end + 2 < stat.size()) {
    const auto fields = text::split(std::string_view(stat).substr(end + 2), ' ');
    if (fields.size() > kStartField) {
      const auto ticks = text::parse_number(fields[kStartField], std::numeric_limits<unsigned long long>::max());
      if (ticks) return *ticks;
    }
  }
  return failure(ErrorKind::kSystem, text::format(_("cannot read '%s'"), file.c_str()));
}

}  // namespace hutch::host
