// The parts of probe(), one file each: probe.cc (user, places, kernel), probe_desktop.cc, probe_devices.cc.
#pragma once

#include <optional>
#include <string>

#include "core/facts/facts.h"

namespace hutch::host {

inline constexpr std::size_t kSmallFile = 1u << 20;  // bytes read of one configuration file

// A variable of our own that is set and not empty.
[[nodiscard]] std::optional<std::string> variable(const char* name);
// The same, when it holds an absolute path.
[[nodiscard]] std::optional<HostPath> path_variable(const char* name);
[[nodiscard]] bool is_socket(const HostPath& path);

[[nodiscard]] facts::Desktop probe_desktop(const facts::User& user, const facts::Directories& directories);
void probe_devices(facts::Facts& facts);

}  // namespace hutch::host
