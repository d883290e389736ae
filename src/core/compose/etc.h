// /etc, made anew: what programs need of the host's by name, the rest written here. Nothing else of the host's /etc is
// visible.
#pragma once

#include "core/compose/scene.h"
#include "core/network/mode.h"

namespace hutch::compose {

[[nodiscard]] std::vector<plan::Step> etc(const Scene& scene, const network::NetworkPlan& network);
[[nodiscard]] std::vector<HostPath> paths_of_etc(const Scene& scene);

// One per box and host, unrelated to the host's own for who does not know that.
[[nodiscard]] std::string machine_id(const Scene& scene);

}  // namespace hutch::compose
