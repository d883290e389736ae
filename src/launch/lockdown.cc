#include "launch/lockdown.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

#include "launch/packets.h"

namespace hutch::launch {
namespace {

constexpr unsigned long kSecureBits = (SECURE_ALL_BITS & ~(1UL << SECURE_KEEP_CAPS)) | SECURE_ALL_LOCKS;

constexpr std::uint64_t kSetCapabilities = 1ULL << CAP_SETPCAP;

constexpr const char* kCommonKeyring = "hutch-sandboxes";
constexpr std::string_view kCommonEnding = ";hutch-sandboxes";

bool is_in(std::uint64_t mask, int capability) {
  return (mask >> capability & 1) != 0;
}

bool bound_capabilities(std::uint64_t kept) {
  int capability = 0;
  while (is_in(kept, capability) || ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) ++capability;
  return capability > 0 && errno == EINVAL;  // EINVAL: past the kernel's last one
}

bool set_capabilities(std::uint64_t active, std::uint64_t inheritable) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {};
  for (int half = 0; half < _LINUX_CAPABILITY_U32S_3; ++half) {
    sets[half].effective = static_cast<std::uint32_t>(active >> (32 * half));
    sets[half].permitted = sets[half].effective;
    sets[half].inheritable = static_cast<std::uint32_t>(inheritable >> (32 * half));
  }
  return ::syscall(SYS_capset, &header, sets) == 0;  // ambient follows inheritable, capabilities(7)
}

// "keyring;UID;GID;RIGHTS;NAME", keyctl_describe(3).
bool is_in_common_keyring() {
  char text[128];
  const long size = ::syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, sizeof text);
  if (size <= 0 || size > static_cast<long>(sizeof text)) return false;
  const std::string_view description(text, static_cast<std::size_t>(size) - 1);
  return description.starts_with("keyring;") && description.ends_with(kCommonEnding);
}

bool make_ambient(std::uint64_t kept) {
  for (int capability = 0; capability <= CAP_LAST_CAP; ++capability) {
    if (is_in(kept, capability) && ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) return false;
  }
  return true;
}

}  // namespace

bool drop_privileges(std::uint64_t kept) {
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && bound_capabilities(kept) &&
         set_capabilities(kept | kSetCapabilities, kept) && make_ambient(kept) &&
         ::prctl(PR_SET_SECUREBITS, kSecureBits, 0, 0, 0) == 0 && set_capabilities(kept, kept);
}

bool become_root() {
  return ::setresgid(0, 0, 0) == 0 && ::setresuid(0, 0, 0) == 0;
}

bool bound_root(std::uint64_t most) {
  return bound_capabilities(most) && set_capabilities(most | 1ULL << CAP_SYS_ADMIN, 0);
}

bool keep_only(std::uint64_t kept) {
  return set_capabilities(kept, 0);
}

void enter_common_keyring() {
  const long serial = ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, kCommonKeyring);
  // Whoever may not search it would get a new one of the same name (keyctl_join_session_keyring(3)).
  constexpr unsigned kRights = 0x3f000000 | 0x000b0000;  // the possessor's all; the user's view, read and search
  if (serial >= 0) (void)::syscall(SYS_keyctl, KEYCTL_SETPERM, serial, kRights);  // it may be set already
}

long leave_keyring() {
  // A user has 200 keys (keyrings(7), maxkeys), and the kernel collects those of ended sandboxes with a delay: right
  // after many of them, there is room again in a moment. Where there is none, the common one is not the user's either.
  constexpr int kAttempts = 300;
  constexpr timespec kPause = {.tv_sec = 0, .tv_nsec = 10'000'000};
  long serial = -1;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    serial = ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
    if (serial >= 0 || errno != EDQUOT) break;
    if (is_in_common_keyring()) return ::syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
    (void)::nanosleep(&kPause, nullptr);  // cut short, it is tried sooner
  }
  return serial < 0 && errno == ENOSYS ? 0 : serial;
}

bool apply_limits(std::span<const plan::ResourceLimit> limits) {
  for (const plan::ResourceLimit& limit : limits) {
    const auto resource = static_cast<__rlimit_resource>(limit.resource);
    rlimit value{};
    if (::getrlimit(resource, &value) != 0) return false;
    // A hard limit of ours below the plan's was set while the sandbox runs: `hutch set`.
    value.rlim_max = limit.hard < value.rlim_max ? limit.hard : value.rlim_max;
    value.rlim_cur = limit.soft < value.rlim_max ? limit.soft : value.rlim_max;
    if (::setrlimit(resource, &value) != 0) return false;
  }
  return true;
}

bool is_filter(std::string_view program) {
  return !program.empty() && program.size() % sizeof(sock_filter) == 0 &&
         program.size() / sizeof(sock_filter) <= BPF_MAXINSNS;
}

namespace {

long install(std::string_view program, unsigned long flags) {
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size() / sizeof(sock_filter)),
                          .filter = const_cast<sock_filter*>(reinterpret_cast<const sock_filter*>(program.data()))};
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
}

}  // namespace

bool load_filter(std::string_view program) {
  return install(program, 0) == 0;
}

bool load_asking_filter(std::string_view program, int answers) {
  const os::Fd listener(static_cast<int>(install(program, SECCOMP_FILTER_FLAG_NEW_LISTENER)));
  const int descriptor = listener.get();
  return listener && send(answers, {}, {&descriptor, 1});
}

}  // namespace hutch::launch
