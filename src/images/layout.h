// Images in OCI layouts (OCI image spec, image-layout.md): a directory with index.json and blobs/sha256/, or the same
// in a tar archive.
#pragma once

#include <memory>
#include <string>

#include "base/path.h"
#include "images/bag.h"
#include "images/source.h"

namespace hutch::images {

// `name` is an annotation org.opencontainers.image.ref.name of the index; "" takes the only image there is.
[[nodiscard]] Result<std::unique_ptr<Source>> open_layout(const HostPath& directory, const std::string& name);
// The same in an archive.
[[nodiscard]] Result<std::unique_ptr<Source>> open_layout_archive(const HostPath& file, Bag bag,
                                                                  const std::string& name);

}  // namespace hutch::images
