// What the user has been running of shipped profiles: $XDG_STATE_HOME/hutch/accepted/PROFILE, written at the first run
// and by `hutch profile accept`.
#pragma once

#include <optional>
#include <vector>

#include "core/facts/facts.h"
#include "core/profile/hold.h"
#include "core/profile/model.h"

namespace hutch::host {

enum class Remember : std::uint8_t { kYes, kNo };

// Withholds from a merged profile what its shipped layers grant beyond what was accepted; what was withheld is
// returned. What was never run is accepted as it is. Costs one small file where shipped files are what they were.
[[nodiscard]] Result<std::vector<profile::Grant>> hold_back(const facts::Facts& facts,
                                                            const std::vector<profile::Layer>& layers,
                                                            profile::Profile& profile, Remember remember);
// Before and now, for people to compare; before is absent when it was never run.
struct Acceptance {
  std::optional<profile::Accepted> before;
  profile::Profile now;
};
[[nodiscard]] Result<Acceptance> read_acceptance(const facts::Facts& facts, const ProfileName& name,
                                                 const std::vector<profile::Layer>& layers);
[[nodiscard]] Status accept(const facts::Facts& facts, const ProfileName& name,
                            const std::vector<profile::Layer>& layers);

}  // namespace hutch::host
