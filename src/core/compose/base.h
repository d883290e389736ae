// The root every sandbox stands on.
#pragma once

#include "core/compose/scene.h"

namespace hutch::compose {

// Sizes of what is kept in memory. None of it is reserved; all of it is bounded.
inline constexpr std::uint64_t kRootSize = 16ULL << 20;
inline constexpr std::uint64_t kTemporarySize = 2ULL << 30;  // /tmp, /var/tmp is a link to it
inline constexpr std::uint64_t kRuntimeSize = 64ULL << 20;   // $XDG_RUNTIME_DIR
inline constexpr std::uint64_t kSharedMemorySize = 1ULL << 30;
inline constexpr std::uint64_t kDisposableHomeSize = 4ULL << 30;
inline constexpr std::uint64_t kInodes = 1ULL << 18;

// /usr, the links of the root, /proc, /dev, /tmp, /run, /var and empty places that grants to a running sandbox use.
[[nodiscard]] Result<std::vector<plan::Step>> base(const Scene& scene);
[[nodiscard]] std::vector<HostPath> paths_of_base(const Scene& scene);

}  // namespace hutch::compose
