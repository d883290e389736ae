// Bounds on what a sandbox may use up: of the user's scope, of each process, of its user namespace.
#pragma once

#include "core/compose/scene.h"

namespace hutch::compose {

struct Bounds {
  plan::Limits scope;  // asked for by the profile
  std::vector<plan::ResourceLimit> resources;
  std::vector<plan::NamespaceLimit> namespaces;
};
// Errors name the limit that makes no sense.
[[nodiscard]] Result<Bounds> bounds(const Scene& scene);

// The transient unit: app-hutch-APPID-INSTANCE.scope.
[[nodiscard]] Result<plan::Scope> scope(const Scene& scene, const plan::Limits& limits);
// systemd.unit(5), "string escaping for inclusion in unit names"; '-' is escaped as well.
[[nodiscard]] std::string escape_unit(std::string_view text);

}  // namespace hutch::compose
