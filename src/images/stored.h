// An image of the store, as the policy sees it: its manifest from the store, its signatures from where it came.
#pragma once

#include <memory>

#include "core/image/record.h"
#include "images/registry.h"

namespace hutch::images {

[[nodiscard]] Result<std::unique_ptr<Source>> open_stored(Http& http, const Interrupt& interrupt,
                                                          const RegistryOptions& options, const Store& store,
                                                          const image::Record& record);

}  // namespace hutch::images
