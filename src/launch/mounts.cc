#include "launch/mounts.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "launch/remount.h"
#include "os/linux_abi.h"

namespace hutch::launch {
namespace {

constexpr unsigned kCloneFlags =
    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;

}  // namespace

os::Fd open_with(int directory, const char* path, std::uint64_t flags, std::uint64_t resolve, std::uint64_t mode) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.mode = mode;
  how.resolve = resolve;
  while (true) {
    const long fd = ::syscall(SYS_openat2, directory, path, &how, sizeof how);
    if (fd >= 0) return os::Fd(static_cast<int>(fd));
    if (errno != EINTR && errno != EAGAIN) return {};  // EAGAIN: a rename raced with the check, openat2(2)
  }
}

os::Fd open_beneath(int directory, const char* path, std::uint64_t flags, std::uint64_t mode) {
  return open_with(directory, path, flags, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS, mode);
}

os::Fd clone_bare(int directory, const char* path) {
  return os::Fd(static_cast<int>(::syscall(SYS_open_tree, directory, path, kCloneFlags)));
}

Tree clone_tree(int directory, const char* path, std::uint64_t attributes, Scratch& scratch) {
  mount_attr change{};
  change.attr_set = attributes;
  change.propagation = MS_PRIVATE;
  os::Fd whole(static_cast<int>(::syscall(os::kOpenTreeAttr, directory, path, kCloneFlags, &change, sizeof change)));
  if (whole) return {.fd = scratch.keep(std::move(whole)), .attributes = attributes, .is_bare = false};
  // Missing, or refused by a filter that does not know it: the two calls it stands for say what is wrong.
  os::Fd bare = clone_bare(directory, path);
  if (!bare) return {};
  const unsigned flags = AT_EMPTY_PATH | AT_RECURSIVE;
  const bool is_done = ::syscall(SYS_mount_setattr, bare.get(), "", flags, &change, sizeof change) == 0;
  if (!is_done && errno != ENOSYS) return {};
  return {.fd = scratch.keep(std::move(bare)), .attributes = attributes, .is_bare = !is_done};
}

bool attach(int mount, int directory, const char* name) {
  constexpr unsigned kFlags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
  return ::syscall(SYS_move_mount, mount, "", directory, name, kFlags) == 0;
}

bool attach(const Tree& tree, int directory, const char* name) {
  return attach(tree.fd, directory, name) && (!tree.is_bare || remount_tree(tree.fd, tree.attributes));
}

bool restrict_mount(int mount, std::uint64_t attributes) {
  mount_attr change{};
  change.attr_set = attributes;
  if (::syscall(SYS_mount_setattr, mount, "", AT_EMPTY_PATH, &change, sizeof change) == 0) return true;
  return errno == ENOSYS && remount_one(mount, attributes);
}

int make_filesystem(const char* type, std::span<const Option> options, std::uint64_t attributes, Scratch& scratch) {
  const int context = scratch.keep(os::Fd(static_cast<int>(::syscall(SYS_fsopen, type, FSOPEN_CLOEXEC))));
  if (context < 0) return -1;
  for (const Option& option : options) {
    if (::syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING, option.name, option.value, 0) != 0) return -1;
  }
  if (::syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) return -1;
  return scratch.keep(os::Fd(static_cast<int>(::syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes))));
}

}  // namespace hutch::launch
