// What an update of shipped profiles adds is withheld, and said.
#pragma once

#include <vector>

#include "core/facts/facts.h"
#include "core/profile/model.h"
#include "host/acceptance.h"

namespace hutch::app {

// host::hold_back, with one line among the profile's warnings when something is withheld.
[[nodiscard]] Result<std::vector<profile::Grant>> hold_update(const facts::Facts& facts,
                                                              const std::vector<profile::Layer>& layers,
                                                              profile::Profile& profile, host::Remember remember);

}  // namespace hutch::app
