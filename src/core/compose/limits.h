// Bounds on what a sandbox may use up: of the user's scope, of each process, of its user namespace.
#pragma once

#include "core/compose/scene.h"

namespace hutch::compose {

struct Bounds {
  plan::Limits scope;  // asked for by the profile
  plan::Watch watch;   // times
  std::string domain;  // whose slice the scope is in; empty: the apps' own
  std::int32_t oom_score = 0;
  std::vector<plan::ResourceLimit> resources;
  std::vector<plan::NamespaceLimit> namespaces;
};
// Errors name the limit that makes no sense.
[[nodiscard]] Result<Bounds> bounds(const Scene& scene);

// What limits of a profile or a command line come to; of those that are no scope's, nothing. Without a path of its own
// a disk's limit is for the one with the home.
[[nodiscard]] Result<plan::Limits> scope_limits(const std::vector<const profile::Grant*>& limits, const HostPath& home);

// The transient unit: app-hutch-APPID-INSTANCE.scope.
[[nodiscard]] Result<plan::Scope> scope(const Scene& scene, const Bounds& bounds);
// Where the launch is a service's: that unit, which exists already.
[[nodiscard]] plan::Scope own_service(const Scene& scene, const Bounds& bounds);
// The slice of a domain: app-hutch-DOMAIN.slice, which systemd puts below app.slice.
[[nodiscard]] std::string slice_of(const std::string& domain);
// systemd.unit(5), "string escaping for inclusion in unit names"; '-' is escaped as well.
[[nodiscard]] std::string escape_unit(std::string_view text);

}  // namespace hutch::compose
