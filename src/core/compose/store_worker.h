// The sandbox of hutch-unpack, which works on files of all the user's ids in the image store: no network, the store's
// layers and what toolboxes changed to read and its staging directory to write, the ids of toolboxes.
#pragma once

#include <vector>

#include "core/facts/facts.h"
#include "core/plan/plan.h"

namespace hutch::compose {

// Ids of a toolbox: the user keeps the own id, all others are subordinate ones in their order (subuid(5)). Several
// ranges are used one after the other. Empty: there are no subordinate ids.
[[nodiscard]] std::vector<IdRange> keep_id_ranges(std::uint32_t own, const std::vector<IdRange>& subordinate);
// True when the worker has the user's own id only: owners of image files cannot be given then.
[[nodiscard]] bool has_own_id_only(const facts::Facts& facts);

// What has to be looked up.
[[nodiscard]] std::vector<HostPath> store_worker_paths(const HostPath& program, const HostPath& store);
// `socket` is passed to it as the same number.
[[nodiscard]] Result<plan::Sandbox> store_worker_sandbox(const facts::Facts& facts, const HostPath& program,
                                                         const HostPath& store, std::int32_t socket);

}  // namespace hutch::compose
