#include "launch/namespaces.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "launch/line.h"
#include "launch/mounts.h"
#include "os/linux_abi.h"

namespace hutch::launch {
namespace {

constexpr ino_t kProcRootInode = 1;  // PROC_ROOT_INO, linux/proc_ns.h

}  // namespace

bool awaits_helpers(const plan::Sandbox& sandbox) {
  return std::any_of(sandbox.steps.begin(), sandbox.steps.end(),
                     [](const plan::Step& step) { return std::holds_alternative<plan::AwaitHelpers>(step); });
}

std::uint64_t namespace_flags(const plan::Sandbox& sandbox, bool has_init) {
  const plan::Namespaces& wanted = sandbox.namespaces;
  std::uint64_t flags = CLONE_NEWUSER | CLONE_NEWNS;
  if (has_init) flags |= CLONE_NEWPID;
  if (wanted.network) flags |= CLONE_NEWNET;
  if (wanted.ipc) flags |= CLONE_NEWIPC;
  if (wanted.uts) flags |= CLONE_NEWUTS;
  if (wanted.cgroup && !awaits_helpers(sandbox)) flags |= CLONE_NEWCGROUP;
  return flags;
}

HostProc HostProc::open() {
  HostProc proc;
  os::Fd root = open_with(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
  struct statfs system {};
  struct stat status {};
  if (!root || ::fstatfs(root.get(), &system) != 0 || ::fstat(root.get(), &status) != 0) return proc;
  if (system.f_type != PROC_SUPER_MAGIC || status.st_ino != kProcRootInode) {
    errno = ENOTDIR;
    return proc;
  }
  proc.root_ = std::move(root);
  return proc;
}

bool HostProc::write(const char* path, std::string_view text) const {
  // "self" is a symbolic link within procfs; nothing else is followed, and no mount over a file is entered.
  constexpr std::uint64_t kResolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;
  const os::Fd file = open_with(root_.get(), path, O_WRONLY, kResolve);
  if (!file) return false;
  const ssize_t written = ::write(file.get(), text.data(), text.size());
  if (written >= 0 && static_cast<std::size_t>(written) != text.size()) errno = EIO;
  return written == static_cast<ssize_t>(text.size());
}

bool map_own_ids(const HostProc& proc, const plan::Namespaces& namespaces) {
  // Inside and outside number are the same, so that files keep their owner's name; or the inside one is root's.
  const auto map = [&](const char* file, std::uint32_t id) {
    ShortLine line;
    line << std::uint64_t{namespaces.maps_to_root ? 0 : id} << " " << std::uint64_t{id} << " 1\n";
    return proc.write(file, line.text());
  };
  return proc.write("self/setgroups", "deny") && map("self/uid_map", namespaces.uid) &&
         map("self/gid_map", namespaces.gid);
}

bool set_host_name(const plan::Namespaces& namespaces) {
  return ::sethostname(namespaces.hostname.data(), namespaces.hostname.size()) == 0;
}

bool shift_clocks(const HostProc& proc, const plan::Namespaces& namespaces) {
  if (::unshare(CLONE_NEWTIME) != 0) return false;
  ShortLine line;
  line << "monotonic " << namespaces.boottime_offset << " 0\nboottime " << namespaces.boottime_offset << " 0\n";
  return proc.write("self/timens_offsets", line.text());
}

bool bound_namespace(const HostProc& proc, const plan::NamespaceLimit& limit) {
  constexpr std::size_t kNameLimit = 64;
  if (limit.name.size() > kNameLimit || limit.name.find('/') != std::string::npos) {
    errno = EINVAL;
    return false;
  }
  ShortLine path;
  path << "sys/user/" << limit.name;
  ShortLine value;
  value << std::uint64_t{limit.value};
  return proc.write(path.c_str(), value.text());
}

bool set_oom_score(const HostProc& proc, std::int32_t score) {
  if (score == 0) return true;  // what it is started with
  ShortLine line;
  line << score;
  return proc.write("self/oom_score_adj", line.text()) || errno == EACCES;
}

}  // namespace hutch::launch
