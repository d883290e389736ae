#include "launch/overlay.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "launch/line.h"
#include "launch/mounts.h"
#include "os/linux_abi.h"

namespace hutch::launch {
namespace {

constexpr std::size_t kOptionLimit = 4095;  // mount(2): the options are one page
constexpr unsigned long kNoDevices = 4;     // MS_NODEV; sys/mount.h clashes with linux/mount.h
constexpr mode_t kPermissions = 07777;

int open_layer(const HostPath& path, Scratch& scratch) {
  return scratch.keep(
      open_with(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY, RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS));
}

bool adopt_root(int upper, int layer) {
  struct stat ours {};
  struct stat theirs {};
  if (::fstat(upper, &ours) != 0 || ::fstat(layer, &theirs) != 0) return false;
  const bool is_adopted = ours.st_uid == theirs.st_uid && ours.st_gid == theirs.st_gid;
  if (is_adopted) return true;  // what was changed inside since stays
  return ::fchown(upper, theirs.st_uid, theirs.st_gid) == 0 && ::fchmod(upper, theirs.st_mode & kPermissions) == 0;
}

}  // namespace

OverlayFault mount_overlay(const plan::Overlay& overlay, int directory, const char* name, Scratch& scratch) {
  // Layers by descriptor: each was opened without following links, and the names are short.
  constexpr const char* kDescriptor = "/proc/self/fd/";
  Line<kOptionLimit> options;
  options << "userxattr,lowerdir=";
  int topmost = -1;
  int layer = 0;
  for (const HostPath& path : overlay.lowers) {
    const int fd = open_layer(path, scratch);
    if (fd < 0) return {.layer = layer, .error = errno};
    if (topmost < 0) topmost = fd;
    options << (layer == 0 ? "" : ":") << kDescriptor << fd;
    ++layer;
  }
  const int upper = open_layer(overlay.upper, scratch);
  const int work = upper < 0 ? -1 : open_layer(overlay.work, scratch);
  if (work < 0 || !adopt_root(upper, topmost)) return {.layer = layer, .error = errno};
  options << ",upperdir=" << kDescriptor << upper << ",workdir=" << kDescriptor << work;
  ShortLine place;
  place << kDescriptor << directory << "/" << name;
  if (::syscall(SYS_mount, "overlay", place.c_str(), "overlay", kNoDevices, options.c_str()) != 0) {
    return {.layer = -1, .error = errno};
  }
  return {};
}

}  // namespace hutch::launch
