// Sockets of agents and daemons that a profile may name.
#pragma once

#include <vector>

#include "core/facts/facts.h"
#include "core/profile/model.h"

namespace hutch::desktop {

struct AgentSocket {
  HostPath host;
  BoxPath box;
  const char* variable;  // set to the place inside; "" for none
};
[[nodiscard]] std::vector<AgentSocket> agent_sockets(const profile::Profile& profile, const facts::Facts& facts,
                                                     const BoxPath& runtime);

}  // namespace hutch::desktop
