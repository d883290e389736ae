// Who extends whom: the layers of one profile, its bases first.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/profile/model.h"

namespace hutch::profile {

inline constexpr std::size_t kLineageLimit = 64;  // profiles in one chain

struct Lineage {
  std::vector<ProfileName> order;                          // bases first, the profile itself last
  std::map<std::string, std::set<std::string>> ancestors;  // of every profile in `order`
  std::vector<const Layer*> layers;                        // that take part, overrides included; highest rank first
};

// Whether what `left` says goes before what `right` says: by rank; within one rank a profile goes before those it
// extends, and an override for the box before one for all.
[[nodiscard]] bool outranks(const Lineage& lineage, const Layer& left, const Layer& right);

// Errors name the file: a base nobody defines, a cycle, two files of one name and rank. Layers of other profiles are
// left out.
[[nodiscard]] Result<Lineage> trace_lineage(const ProfileName& id, const std::vector<Layer>& layers);

}  // namespace hutch::profile
