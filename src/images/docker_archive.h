// Archives of `docker save` and `podman save`: manifest.json, configurations, and layers as tar archives.
#pragma once

#include <memory>
#include <string>

#include "base/path.h"
#include "images/bag.h"
#include "images/source.h"

namespace hutch::images {

// `name` is one of the RepoTags; "" takes the only image there is.
[[nodiscard]] Result<std::unique_ptr<Source>> open_docker_archive(const HostPath& file, Bag bag,
                                                                  const std::string& name);

}  // namespace hutch::images
