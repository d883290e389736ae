#include "launch/landlock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "launch/scratch.h"
#include "os/fd.h"
#include "os/linux_abi.h"

namespace hutch::launch {
namespace {

constexpr int kAbiRefer = 2;
constexpr int kAbiTruncate = 3;
constexpr int kAbiIoctlDevice = 5;
constexpr int kAbiScopes = 6;

constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kWrite =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER | os::kLandlockTruncate;
constexpr std::uint64_t kDeviceUse =
    kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | os::kLandlockTruncate | os::kLandlockIoctlDevice;
// Rights that make sense on something that is no directory; more on such a rule is EINVAL.
constexpr std::uint64_t kFileRights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                      LANDLOCK_ACCESS_FS_READ_FILE | os::kLandlockTruncate | os::kLandlockIoctlDevice;

bool add_rule(int ruleset, const plan::LandlockRule& rule, int abi, Scratch& scratch) {
  if (scratch.is_filling()) scratch.close_all();
  const int path = scratch.keep(os::Fd(::open(rule.path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)));
  if (path < 0) return errno == ENOENT || errno == ENOTDIR;
  landlock_path_beneath_attr attribute{};
  attribute.allowed_access = granted_access(rule.access, abi);
  attribute.parent_fd = path;
  const auto add = [&] {
    return ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &attribute, 0) == 0;
  };
  if (add()) return true;
  if (errno != EINVAL) return false;
  attribute.allowed_access &= kFileRights;
  return add();
}

}  // namespace

int landlock_abi() {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi < 0 ? 0 : static_cast<int>(abi);
}

std::uint64_t handled_access(int abi) {
  std::uint64_t access = kRead | kWrite | LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                         LANDLOCK_ACCESS_FS_MAKE_BLOCK | os::kLandlockIoctlDevice;
  if (abi < kAbiRefer) access &= ~static_cast<std::uint64_t>(LANDLOCK_ACCESS_FS_REFER);
  if (abi < kAbiTruncate) access &= ~os::kLandlockTruncate;
  if (abi < kAbiIoctlDevice) access &= ~os::kLandlockIoctlDevice;
  return access;
}

std::uint64_t granted_access(plan::LandlockAccess access, int abi) {
  const auto rights = [access]() -> std::uint64_t {
    switch (access) {
      case plan::LandlockAccess::kRead:
        return kRead;
      case plan::LandlockAccess::kReadExecute:
        return kRead | LANDLOCK_ACCESS_FS_EXECUTE;
      case plan::LandlockAccess::kReadWrite:
        return kRead | kWrite;
      case plan::LandlockAccess::kReadWriteExecute:
        return kRead | kWrite | LANDLOCK_ACCESS_FS_EXECUTE;
      case plan::LandlockAccess::kDevices:
        return kDeviceUse;
      case plan::LandlockAccess::kReadWriteNodes:
        return kRead | kWrite | LANDLOCK_ACCESS_FS_MAKE_CHAR;
    }
    return 0;
  };
  return rights() & handled_access(abi);
}

LandlockFault confine(const plan::Landlock& landlock, int abi) {
  if (abi == 0) return {};
  os::LandlockRulesetAttributes attributes;
  if (landlock.files) attributes.handled_access_fs = handled_access(abi);
  if (abi >= kAbiScopes && landlock.scope_signals) attributes.scoped |= os::kLandlockScopeSignal;
  if (abi >= kAbiScopes && landlock.scope_abstract) attributes.scoped |= os::kLandlockScopeAbstractUnix;
  if (attributes.handled_access_fs == 0 && attributes.scoped == 0) return {};
  // Older kernels know a shorter structure and accept a longer one whose tail is zero, as ours then is.
  const os::Fd ruleset(static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0)));
  if (!ruleset) return {.rule = -1, .error = errno};
  Scratch scratch;
  for (std::size_t index = 0; landlock.files && index < landlock.rules.size(); ++index) {
    if (!add_rule(ruleset.get(), landlock.rules[index], abi, scratch)) {
      return {.rule = static_cast<int>(index), .error = errno};
    }
  }
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return {.rule = -1, .error = errno};
  return {};
}

}  // namespace hutch::launch
