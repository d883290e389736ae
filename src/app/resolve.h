// Which profile and program a request means.
#pragma once

#include "core/facts/facts.h"
#include "core/profile/request.h"
#include "host/profiles.h"

namespace hutch::app {

// host::resolve; a name that means nothing gets a "did you mean" from the profiles there are.
[[nodiscard]] Result<host::Resolved> resolve(const facts::Facts& facts, const profile::Request& request);

// The profile alone. One that is named itself counts whether its program is installed or not; anything else must be
// found first. What needs saying about the choice is printed.
[[nodiscard]] Result<host::Resolved> profile_of(const facts::Facts& facts, const profile::Request& request);

}  // namespace hutch::app
