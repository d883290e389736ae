// Who is alive: the locks of instance directories, and the sweep of directories whose lock is free.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "base/id.h"
#include "core/facts/facts.h"
#include "os/fd.h"

namespace hutch::host {

// Held shared while an instance directory is made.
[[nodiscard]] Result<os::Fd> guard_creation(const HostPath& instances);
// True when some process holds DIRECTORY/lock. Takes no lock itself, so that nobody can collide with the question.
[[nodiscard]] Result<bool> is_locked(const HostPath& directory);
// Removes the directories of dead instances, and what the portals know of them. `guard` is the caller's shared hold,
// made exclusive for the time of the sweep.
[[nodiscard]] Status sweep(const facts::Facts& facts, const std::vector<InstanceId>& dead, int guard);
// The same when nobody makes an instance at the moment; else a later list does it.
[[nodiscard]] Status sweep_if_unguarded(const facts::Facts& facts, const std::vector<InstanceId>& dead);

// When the process started, in clock ticks since boot: /proc/PID/stat, field 22 (proc(5)).
[[nodiscard]] Result<std::uint64_t> start_time(pid_t pid);

}  // namespace hutch::host
