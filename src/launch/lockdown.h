// Privileges given up for good. Every function returns false with errno.
#pragma once

#include <span>
#include <string_view>

#include "core/plan/plan.h"

namespace hutch::launch {

// no_new_privs, and no capability but `kept` (a mask) in any set, bounding set and secure bits included; those kept are
// ambient, so that they outlive the next execve(2). Needs CAP_SETPCAP once more.
[[nodiscard]] bool drop_privileges(std::uint64_t kept);
// An anonymous session keyring; the host's can then be neither searched nor read. Its serial, 0 where the kernel has no
// keyrings, -1 with errno.
[[nodiscard]] long leave_keyring();
[[nodiscard]] bool apply_limits(std::span<const plan::ResourceLimit> limits);
// `program` is an array of struct sock_filter, seccomp(2).
[[nodiscard]] bool load_filter(std::string_view program);
// Whether the bytes can be such an array.
[[nodiscard]] bool is_filter(std::string_view program);

}  // namespace hutch::launch
