// File grants as steps.
//
// A granted directory is one bind unless something below it must stay hidden or read-only. Then it is taken apart: each
// directory on the way to such a thing becomes a directory of the sandbox's own, and everything else in it is bound by
// itself. A mask over the hidden thing would not do: the host may rename over it, and a program that may write the
// directory may rename its parent. Names made in such a directory later land in the private home, or are refused
// outside of it.
#pragma once

#include "core/compose/scene.h"

namespace hutch::compose {

inline constexpr std::size_t kListingLimit = 2000;  // names in a directory that is taken apart

struct Files {
  std::vector<plan::Step> steps;
  std::vector<HostPath> directories;    // to be made before the start: ":create"
  std::vector<std::string> weakenings;  // grants of secrets, start-up files and sockets of administrators
};
[[nodiscard]] Result<Files> files(const Scene& scene);

// Directories whose names files() needs, by their real paths.
[[nodiscard]] std::vector<HostPath> listings_of_files(const profile::Profile& profile, const facts::Facts& facts);
// Host paths files() asks facts for, as far as what facts hold already tells.
[[nodiscard]] std::vector<HostPath> paths_of_files(const profile::Profile& profile, const facts::Facts& facts);

}  // namespace hutch::compose
