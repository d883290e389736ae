// Network modes: none private internet lan host (cli.md, "Network modes" in the manual).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/facts/facts.h"
#include "core/plan/plan.h"
#include "core/profile/model.h"

namespace hutch::network {

struct NetworkPlan {
  std::string mode = "none";
  bool own_namespace = true;
  std::vector<plan::NetworkRule> rules;  // refused and excepted destinations, both families
  std::optional<plan::Pasta> pasta;
  std::string resolv_conf;  // text for /etc/resolv.conf; empty for `none`
};

// Errors name the missing helper program or the unusable publish rule.
[[nodiscard]] Result<NetworkPlan> plan_network(const profile::Profile& profile, const facts::Facts& facts);

}  // namespace hutch::network
