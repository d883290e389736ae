// The host as Facts. Reads files and makes harmless calls; starts nothing.
#pragma once

#include <string>
#include <vector>

#include "core/facts/facts.h"

namespace hutch::host {

[[nodiscard]] Result<facts::Facts> probe();
// Looks at each path once, following symlinks, and adds what exists to facts.paths.
void look_up(facts::Facts& facts, const std::vector<HostPath>& paths);
// Adds the names in each directory that can be read to facts.listings.
void look_into(facts::Facts& facts, const std::vector<HostPath>& directories);
// Adds these of our own variables, where set, to facts.environment.
void look_up_variables(facts::Facts& facts, const std::vector<std::string>& names);
// What only some plans need, because it costs more: kernel.has_xfrm and host_addresses; usb_devices.
void look_at_network(facts::Facts& facts);
void look_at_usb(facts::Facts& facts);

}  // namespace hutch::host
