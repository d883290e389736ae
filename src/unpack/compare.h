// Whether two trees are the same: names, types, modes, owners, times, extended attributes, links, content.
#pragma once

#include <cstdint>
#include <string>

#include "base/path.h"

namespace hutch::unpack {

struct Comparison {
  std::uint64_t entries = 0;
  std::string difference;  // the first one, a phrase; empty: none
};
[[nodiscard]] Result<Comparison> compare_trees(const HostPath& one, const HostPath& other);

// Of two open files, both read to their ends.
[[nodiscard]] Result<bool> has_same_content(int one, int other);

// Bytes on disk; of files with several names a part for each.
struct Measure {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};
[[nodiscard]] Result<Measure> measure_tree(const HostPath& path);

}  // namespace hutch::unpack
