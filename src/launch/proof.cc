#include "launch/proof.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "os/linux_abi.h"

namespace hutch::launch {
namespace {

using plan::WallProof;

bool has_capabilities_besides(std::uint64_t kept) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, sets) != 0) return true;
  std::uint64_t found = 0;
  for (int half = 0; half < _LINUX_CAPABILITY_U32S_3; ++half) {
    const std::uint32_t all = sets[half].effective | sets[half].permitted | sets[half].inheritable;
    found |= std::uint64_t{all} << (32 * half);
  }
  return (found & ~kept) != 0;
}

// A sample: the set was emptied one by one, and every call had to succeed.
bool has_bounding_set(std::uint64_t kept) {
  constexpr int kSample[] = {CAP_CHOWN, CAP_SETUID, CAP_SYS_ADMIN};
  return std::any_of(std::begin(kSample), std::end(kSample), [kept](int capability) {
    return (kept >> capability & 1) == 0 && ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) != 0;
  });
}

// The call must be refused by policy, not fail for another reason.
bool is_refused(long result) {
  return result < 0 && (errno == EPERM || errno == ENOSYS || errno == EACCES || errno == ENOSPC);
}

bool can_type_into_terminals() {
  // On no descriptor at all: a filter answers before the kernel looks. The upper half of the request is not part of it.
  constexpr unsigned long kUpper = 1UL << 32;
  return !is_refused(::syscall(SYS_ioctl, -1, TIOCSTI, nullptr)) ||
         !is_refused(::syscall(SYS_ioctl, -1, TIOCSTI | kUpper, nullptr));
}

bool shares_keyring(long own) {
  const long found = ::syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
  return own > 0 && found >= 0 && found != own;
}

bool passes_landlock(int probe) {
  const int fd = ::openat(probe, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno != EACCES;
  (void)::close(fd);  // the answer is known
  return true;
}

bool sees_host_root() {
  struct statx root {};
  struct statx above {};
  constexpr unsigned kWanted = STATX_INO | STATX_MNT_ID;
  if (::statx(AT_FDCWD, "/", 0, kWanted, &root) != 0 || ::statx(AT_FDCWD, "/..", 0, kWanted, &above) != 0) return true;
  return root.stx_mnt_id != above.stx_mnt_id || root.stx_ino != above.stx_ino;
}

}  // namespace

std::optional<WallProof> find_broken_wall(const Walls& walls) {
  if (!walls.is_system && ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return WallProof::kNoNewPrivileges;
  if (has_capabilities_besides(walls.capabilities)) return WallProof::kCapabilities;
  if (has_bounding_set(walls.capabilities)) return WallProof::kBoundingSet;
  if (!walls.allows_nested_userns && !is_refused(::unshare(CLONE_NEWUSER))) return WallProof::kUserNamespace;
  if (!is_refused(::syscall(SYS_mount, nullptr, "/", nullptr, MS_PRIVATE, nullptr))) return WallProof::kMount;
  if (shares_keyring(walls.keyring)) return WallProof::kKeyring;
  if (walls.has_filter && can_type_into_terminals()) return WallProof::kTerminalInjection;
  if (walls.has_filter && !is_refused(::syscall(SYS_bpf, 0, nullptr, 0))) return WallProof::kBpf;
  if (walls.has_landlock_files && passes_landlock(walls.probe)) return WallProof::kLandlock;
  if (sees_host_root()) return WallProof::kHostRoot;
  return std::nullopt;
}

}  // namespace hutch::launch
