// Privileges given up for good. Every function returns false with errno.
#pragma once

#include <span>
#include <string_view>

#include "core/plan/plan.h"

namespace hutch::launch {

// no_new_privs, and no capability but `kept` (a mask) in any set, bounding set and secure bits included; those kept are
// ambient, so that they outlive the next execve(2). Needs CAP_SETPCAP once more.
[[nodiscard]] bool drop_privileges(std::uint64_t kept);
// For PID 1 of a system. Becomes root of the user namespace, with all it can do there.
[[nodiscard]] bool become_root();
// No process from here on can get more than `most` (a mask). This one also keeps CAP_SYS_ADMIN, in its permitted set
// only: loading a filter without no_new_privs takes it (seccomp(2)), an execve(2) loses it.
[[nodiscard]] bool bound_root(std::uint64_t most);
// Gives up the rest for good.
[[nodiscard]] bool keep_only(std::uint64_t kept);
// Outside: a session keyring that all sandboxes of the user share, so that it takes one key of the few a user has. It
// stays empty, since nothing inside may use keys. Where that fails, the one of before stays until leave_keyring().
void enter_common_keyring();
// Inside: an anonymous session keyring; the host's can then be neither searched nor read. While the user has no key
// left, the common one. Its serial, 0 where the kernel has no keyrings, -1 with errno.
[[nodiscard]] long leave_keyring();
[[nodiscard]] bool apply_limits(std::span<const plan::ResourceLimit> limits);
// `program` is an array of struct sock_filter, seccomp(2).
[[nodiscard]] bool load_filter(std::string_view program);
// The same for a filter that asks (seccomp_unotify(2)): who answers is sent the listener.
[[nodiscard]] bool load_asking_filter(std::string_view program, int answers);
// Whether the bytes can be such an array.
[[nodiscard]] bool is_filter(std::string_view program);

}  // namespace hutch::launch
