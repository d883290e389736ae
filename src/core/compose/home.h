// The private home of a box: kept between runs, seen by nothing else, standing where the user's home does.
#pragma once

#include "core/compose/scene.h"

namespace hutch::compose {

// The box's directory on the host. A box belongs to an app; where a profile is for no program in particular (the base
// profiles), every program has a box of its own.
[[nodiscard]] HostPath box_directory(const Scene& scene);
// `program` is without symlinks.
[[nodiscard]] HostPath box_directory(const facts::Facts& facts, const profile::Profile& profile,
                                     const HostPath& program);

struct Home {
  std::vector<plan::Step> steps;
  std::vector<HostPath> directories;  // to be made before the start
};
[[nodiscard]] Result<Home> home(const Scene& scene);
[[nodiscard]] std::vector<HostPath> paths_of_home(const Scene& scene);

}  // namespace hutch::compose
