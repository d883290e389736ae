#include "launch/remount.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "base/text.h"
#include "launch/line.h"
#include "launch/mounts.h"
#include "os/file.h"
#include "os/linux_abi.h"

namespace hutch::launch {
namespace {

constexpr std::size_t kMountInfoLimit = 64u << 20;

// mount(2) knows mounts by path only.
ShortLine path_of(int fd) {
  ShortLine path;
  path << "/proc/self/fd/" << fd;
  return path;
}

bool call_mount(const char* target, unsigned long flags) {
  return ::syscall(SYS_mount, nullptr, target, nullptr, flags, nullptr) == 0;
}

unsigned long flags_of(std::uint64_t attributes) {
  unsigned long flags = 0;
  if ((attributes & MOUNT_ATTR_RDONLY) != 0) flags |= MS_RDONLY;
  if ((attributes & MOUNT_ATTR_NOSUID) != 0) flags |= MS_NOSUID;
  if ((attributes & MOUNT_ATTR_NODEV) != 0) flags |= MS_NODEV;
  if ((attributes & MOUNT_ATTR_NOEXEC) != 0) flags |= MS_NOEXEC;
  return flags;
}

// The id mountinfo shows, statx(2), STATX_MNT_ID, 5.8. 0 on failure.
std::uint64_t mount_id(int fd) {
  struct statx status {};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &status) != 0) return 0;
  return status.stx_mnt_id;
}

std::optional<std::uint64_t> take_number(std::string_view& line) {
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto number = text::parse_number(line.substr(0, blank), UINT64_MAX);
  line.remove_prefix(blank + 1);
  return number;
}

// Attributes for a mount below `top` whose mount point is `relative` to it. What another mount covers cannot be reached
// by anybody and is passed over.
bool remount_below(int top, const char* relative, std::uint64_t id, std::uint64_t attributes) {
  const os::Fd mount = open_beneath(top, relative, O_PATH);
  if (!mount) return false;
  return mount_id(mount.get()) != id || remount_one(mount.get(), attributes);
}

}  // namespace

std::optional<MountLine> parse_mount_line(std::string_view line) {
  MountLine mount;
  const auto id = take_number(line);
  const auto parent = take_number(line);
  if (!id || !parent) return std::nullopt;
  mount.id = *id;
  mount.parent = *parent;
  for (int skipped = 0; skipped < 2; ++skipped) {  // device, root
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    line.remove_prefix(blank + 1);
  }
  mount.point = line.substr(0, line.find(' '));
  if (!mount.point.starts_with('/')) return std::nullopt;
  return mount;
}

std::size_t unescape(char* text, std::size_t size) {
  std::size_t written = 0;
  for (std::size_t read = 0; read < size; ++written) {
    const auto octal = [&](std::size_t place) { return text[read + place] >= '0' && text[read + place] <= '7'; };
    if (text[read] == '\\' && read + 3 < size && octal(1) && octal(2) && octal(3)) {
      const int value = (text[read + 1] - '0') * 64 + (text[read + 2] - '0') * 8 + (text[read + 3] - '0');
      text[written] = static_cast<char>(value);
      read += 4;
    } else {
      text[written] = text[read++];
    }
  }
  return written;
}

bool remount_one(int mount, std::uint64_t attributes) {
  struct statfs status {};
  if (::fstatfs(mount, &status) != 0) return false;
  constexpr unsigned long kKept = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;  // ST_* has the same bits, statfs(2)
  const unsigned long flags = (static_cast<unsigned long>(status.f_flags) & kKept) | flags_of(attributes);
  return call_mount(path_of(mount).c_str(), MS_REMOUNT | MS_BIND | flags);
}

bool remount_tree(int mount, std::uint64_t attributes) {
  if (!call_mount(path_of(mount).c_str(), MS_PRIVATE | MS_REC)) return false;
  if (!remount_one(mount, attributes)) return false;
  const os::Fd file(::open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
  auto text = os::read_all(file.get(), kMountInfoLimit);
  if (!text) {
    errno = text.error().code;
    return false;
  }
  std::vector<std::uint64_t> tree = {mount_id(mount)};  // a parent's line comes before its children's
  std::string top;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto entry = parse_mount_line(line);
    if (!entry) continue;
    std::string point(entry->point);
    point.resize(unescape(point.data(), point.size()));
    if (entry->id == tree.front()) top = point;
    if (std::find(tree.begin(), tree.end(), entry->parent) == tree.end()) continue;
    tree.push_back(entry->id);
    const std::size_t skipped = top == "/" ? 1 : top.size() + 1;
    if (point.size() <= skipped) continue;  // stacked on the top itself: covers it, was made by nobody here
    if (!remount_below(mount, point.c_str() + skipped, entry->id, attributes)) return false;
  }
  return true;
}

}  // namespace hutch::launch
