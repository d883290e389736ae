// Namespaces and what is set inside them through /proc: id maps, host name, time offsets, bounds.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/plan/plan.h"
#include "os/fd.h"

namespace hutch::launch {

// CLONE_NEW* for the plan: user and mount always, pid with `has_init`, cgroup only when no helper has to place the
// process in its scope first.
[[nodiscard]] std::uint64_t namespace_flags(const plan::Sandbox& sandbox, bool has_init);
[[nodiscard]] bool awaits_helpers(const plan::Sandbox& sandbox);

// The host's procfs, verified to be one: what is written through it cannot be led elsewhere by a mount over /proc.
class HostProc {
 public:
  [[nodiscard]] static HostProc open();  // empty with errno
  [[nodiscard]] explicit operator bool() const { return static_cast<bool>(root_); }
  // False with errno.
  [[nodiscard]] bool write(const char* path, std::string_view text) const;

 private:
  os::Fd root_;
};

// The process's own single-id maps, setgroups(2) denied first as the kernel demands. False with errno.
[[nodiscard]] bool map_own_ids(const HostProc& proc, const plan::Namespaces& namespaces);
[[nodiscard]] bool set_host_name(const plan::Namespaces& namespaces);
// Offsets for every process forked or executed from here on; time_namespaces(7).
[[nodiscard]] bool shift_clocks(const HostProc& proc, const plan::Namespaces& namespaces);
// /proc/sys/user/*: bounds of this user namespace.
[[nodiscard]] bool bound_namespace(const HostProc& proc, const plan::NamespaceLimit& limit);
// Raises the chance to be chosen under memory pressure; one that is higher already stays.
[[nodiscard]] bool set_oom_score(const HostProc& proc, std::int32_t score);

}  // namespace hutch::launch
