#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>

#include "base/text.h"
#include "core/plan/graft.h"
#include "graft/graft.h"
#include "launch/mounts.h"
#include "launch/remount.h"
#include "os/file.h"
#include "os/linux_abi.h"

namespace hutch::graft {
namespace {

constexpr int kDetach = 2;    // MNT_DETACH, umount2(2); sys/mount.h clashes with linux/mount.h
constexpr int kNoFollow = 8;  // UMOUNT_NOFOLLOW
constexpr std::size_t kMountInfoLimit = 16u << 20;
constexpr unsigned long long kLongest = 10ULL * 366 * 86400;  // seconds
constexpr int kAttempts = 50;                                 // against a program that renames what leads there

// False when the sandbox ended first.
bool wait_for(unsigned long long seconds) {
  const os::Fd timer(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC));
  itimerspec when{};
  when.it_value.tv_sec = static_cast<time_t>(seconds);
  if (!timer || ::timerfd_settime(timer.get(), 0, &when, nullptr) != 0) return true;  // sooner is the safe side
  pollfd watched[] = {{.fd = timer.get(), .events = POLLIN, .revents = 0},
                      {.fd = plan::kGraftInit, .events = POLLIN, .revents = 0}};
  while (::poll(watched, 2, -1) < 0 && errno == EINTR) continue;
  return watched[1].revents == 0;
}

// Where the mount is by now, as a path below "/"; absent when it is gone.
std::optional<std::string> point_of(int proc, std::uint64_t mount) {
  const os::Fd file = launch::open_with(proc, "self/mountinfo", O_RDONLY, 0);
  const auto text = file ? os::read_all(file.get(), kMountInfoLimit) : Result<std::string>(unexpected({}));
  if (!text) return std::nullopt;
  for (const std::string_view line : text::split(*text, '\n')) {
    const auto entry = launch::parse_mount_line(line);
    if (!entry || entry->id != mount) continue;
    std::string point(entry->point.substr(1));
    point.resize(launch::unescape(point.data(), point.size()));
    return point;
  }
  return std::nullopt;
}

bool take_one(int proc, int root, std::uint64_t mount) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto point = point_of(proc, mount);
    if (!point) return true;
    const std::size_t slash = point->rfind('/');
    const std::string above = slash == std::string::npos ? "." : point->substr(0, slash);
    const std::string name = slash == std::string::npos ? *point : point->substr(slash + 1);
    const os::Fd parent = launch::open_beneath(root, above.c_str(), O_PATH | O_DIRECTORY);
    const os::Fd fd = parent ? launch::open_beneath(parent.get(), name.c_str(), O_PATH) : os::Fd();
    struct statx status {};
    const bool is_it =
        fd && ::statx(fd.get(), "", AT_EMPTY_PATH, STATX_MNT_ID, &status) == 0 && status.stx_mnt_id == mount;
    if (is_it && detach(parent.get(), name.c_str())) return true;
  }
  return false;
}

}  // namespace

bool detach(int directory, const char* name) {
  return ::fchdir(directory) == 0 && ::syscall(SYS_umount2, name, kDetach | kNoFollow) == 0;
}

int take(const char* seconds, std::span<char* const> mounts) {
  const auto delay = text::parse_number(seconds, kLongest);
  if (!delay) return 2;
  if (*delay > 0 && !wait_for(*delay)) return 0;
  const os::Fd proc(::open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!proc || ::setns(plan::kGraftInit, CLONE_NEWUSER) != 0 || ::setns(plan::kGraftInit, CLONE_NEWNS) != 0) {
    return errno == ESRCH ? 0 : 1;  // ended: everything went with it
  }
  const os::Fd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  // The last given stands on top.
  return std::all_of(mounts.rbegin(), mounts.rend(),
                     [&](const char* word) {
                       const auto mount = text::parse_number(word, UINT64_MAX);
                       return mount && take_one(proc.get(), root.get(), *mount);
                     })
             ? 0
             : 1;
}

}  // namespace hutch::graft
