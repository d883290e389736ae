// How the portals know an app: the key file at the proxy's root and the instance directory, in the form
// xdg-desktop-portal understands today (1.16 to 1.22). One place, so that another form can come.
#pragma once

#include "core/facts/facts.h"
#include "core/plan/plan.h"
#include "core/profile/model.h"

namespace hutch::portal {

[[nodiscard]] plan::PortalIdentity identity_for(const profile::Profile& profile, const facts::Facts& facts,
                                                const InstanceId& instance);

}  // namespace hutch::portal
