// The files of core/instance/refusals.h.
#pragma once

#include "base/id.h"
#include "core/facts/facts.h"
#include "core/instance/refusals.h"
#include "os/fd.h"

namespace hutch::host {

[[nodiscard]] HostPath refusals_directory(const facts::Facts& facts);
// Fresh and empty, open for appending. With `traced` the one of system calls.
[[nodiscard]] Result<os::Fd> create_refusals(const HostPath& directory, const InstanceId& id, bool traced);
// Those of an earlier run of this id.
void forget_refusals(const HostPath& directory, const InstanceId& id);
// Of a run that goes on or is over; waits a moment for a witness that is about to conclude. `is_over`: nobody writes
// any more, or is about to end.
[[nodiscard]] Result<instance::Refusals> read_refusals(const HostPath& directory, const InstanceId& id, bool is_over);
// Old ones go when there are too many.
void prune_refusals(const HostPath& directory);

}  // namespace hutch::host
