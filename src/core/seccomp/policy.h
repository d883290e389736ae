// The seccomp policy of a profile, by name: an allow list made of groups with a purpose (groups.h).
#pragma once

#include "core/plan/plan.h"
#include "core/profile/model.h"

namespace hutch::seccomp {

// Features that widen it: devel, ptrace, multiarch, nested-userns, nested-sandbox, bluetooth.
[[nodiscard]] plan::SeccompPolicy policy_for(const profile::Profile& profile);
// For toolboxes: another root directory and set-id bits as well, which their package managers need. With one id only,
// every change of owners and ids answers success, as there is nobody else whom anything could be given to.
enum class Ids : std::uint8_t { kMany, kOne };
[[nodiscard]] plan::SeccompPolicy policy_for_system(const profile::Profile& profile, Ids ids);
// For helpers inside a sandbox of their own (xdg-dbus-proxy).
[[nodiscard]] plan::SeccompPolicy policy_for_helper();
// hutch-unpack's: with openat2, which resolves beneath a directory, and set-id bits.
[[nodiscard]] plan::SeccompPolicy policy_for_store_worker();
// The policy as canonical text; its hash names the compiled program in the cache.
[[nodiscard]] std::string canonical(const plan::SeccompPolicy& policy);

}  // namespace hutch::seccomp
