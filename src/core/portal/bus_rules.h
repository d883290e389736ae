// Bus grants and portals as options of xdg-dbus-proxy(1).
//
// Portals come from portals/*.toml, compiled into a table: which calls, broadcasts and names each needs. Never emitted:
// a call rule without a method part, which the proxy would silently never match.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/facts/facts.h"
#include "core/plan/plan.h"
#include "core/profile/model.h"

namespace hutch::portal {

// Where the proxy listens, made by hutch-coordinator; the proxy may write here and nowhere else.
[[nodiscard]] HostPath bus_socket(const HostPath& instance_directory, plan::Bus bus);

// The proxy's options for each bus: "--filter" and the rules; an empty list forwards everything (session-bus and
// system-bus sockets). Absent: the sandbox gets no such bus.
[[nodiscard]] std::optional<std::vector<std::string>> session_bus_rules(const profile::Profile& profile);
[[nodiscard]] std::optional<std::vector<std::string>> system_bus_rules(const profile::Profile& profile);
[[nodiscard]] std::optional<std::vector<std::string>> accessibility_bus_rules(const profile::Profile& profile);

// The proxy process for the buses the profile uses, in its own small root; absent when none is used or reachable.
[[nodiscard]] Result<std::optional<plan::BusProxy>> bus_proxy_for(const profile::Profile& profile,
                                                                  const facts::Facts& facts,
                                                                  const HostPath& instance_directory,
                                                                  const plan::PortalIdentity& identity);

// Host paths bus_proxy_for asks facts for.
[[nodiscard]] std::vector<HostPath> wanted_paths(const profile::Profile& profile, const facts::Facts& facts);

}  // namespace hutch::portal
