// What the options of a verb say about registries.
#pragma once

#include "images/registry.h"
#include "images/words.h"

namespace hutch::images {

[[nodiscard]] Result<RegistryOptions> registry_options(const Words& words);

}  // namespace hutch::images
