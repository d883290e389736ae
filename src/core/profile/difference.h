// What one profile allows more and less than another: for updates and people who compare.
#pragma once

#include "core/profile/explain.h"

namespace hutch::profile {

struct Difference {
  std::vector<Sentence> gained;  // only the second allows it
  std::vector<Sentence> lost;    // only the first did
  bool operator==(const Difference&) const = default;
};

[[nodiscard]] Difference compare(const Profile& before, const Profile& after);

}  // namespace hutch::profile
