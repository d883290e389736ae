#include "host/gather.h"

#include <algorithm>

#include "host/probe.h"
#include "host/queries.h"

namespace hutch::host {

void gather(facts::Facts& facts, const profile::Profile& profile, const profile::Request& request,
            const compose::Launch& launch) {
  look_up_variables(facts, compose::wanted_variables(profile));
  const profile::Grant* const network = profile.find(profile::Kind::kNetwork, "network");
  if (network != nullptr && network->access != "none" && network->access != "host") look_at_network(facts);
  const auto devices = profile.all(profile::Kind::kDevice);
  const auto names_one = [](const profile::Grant* grant) { return grant->name.starts_with("usb:"); };
  if (std::any_of(devices.begin(), devices.end(), names_one)) look_at_usb(facts);

  if (!profile.box.empty()) {
    if (auto names = find_program("hutch-names")) facts.programs.box_names = std::move(*names);
  }
  look_up(facts, {launch.program});
  look_up(facts, compose::wanted_paths(profile, facts, request, launch));
  const std::vector<HostPath> directories = compose::wanted_listings(profile, facts, request, launch);
  if (directories.empty()) return;
  look_into(facts, directories);
  look_up(facts, compose::wanted_paths(profile, facts, request, launch));
}

}  // namespace hutch::host
