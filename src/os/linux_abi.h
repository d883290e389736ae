// Kernel constants newer than the baseline's UAPI headers (Linux 6.1), and structures of calls without a libc wrapper.
// Values are the kernel's ABI (include/uapi); whether the running kernel knows them is always probed.
#pragma once

#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sys/syscall.h>

#include <cstdint>

namespace hutch::os {

// landlock(7), ABI 3, 5 and 6.
inline constexpr std::uint64_t kLandlockTruncate = 1ULL << 14;
inline constexpr std::uint64_t kLandlockIoctlDevice = 1ULL << 15;
inline constexpr std::uint64_t kLandlockScopeAbstractUnix = 1ULL << 0;
inline constexpr std::uint64_t kLandlockScopeSignal = 1ULL << 1;
struct LandlockRulesetAttributes {  // as of ABI 6; pass the size the ABI knows
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;
  std::uint64_t scoped = 0;
};

// mount_setattr(2).
inline constexpr long kOpenTreeAttr = 467;  // open_tree_attr, 6.15; one number on every architecture
inline constexpr std::uint64_t kMountNoSymlinkFollow = 0x00200000;  // MOUNT_ATTR_NOSYMFOLLOW, 5.14

}  // namespace hutch::os
