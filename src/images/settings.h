// The files of containers' tools on this host: registries.conf with what lies beside it.
#pragma once

#include "core/image/registries.h"

namespace hutch::images {

// $CONTAINERS_REGISTRIES_CONF, or the user's file, or the system's; then the drop-ins of the system and of the user.
[[nodiscard]] Result<image::Registries> read_registries();
// $XDG_CONFIG_HOME/containers, or what it is by default; "" without a home.
[[nodiscard]] std::string user_containers_directory();

}  // namespace hutch::images
