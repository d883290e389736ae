// A root file system becomes an image of one layer: a tar archive, compressed or not, or a directory.
#pragma once

#include <memory>
#include <string>

#include "images/source.h"
#include "images/store.h"

namespace hutch::images {

// The layer is in the store, uncompressed, when this returns. A directory's files become root's; tar(1), gzip(1),
// zstd(1) and xz(1) do the work and are needed for what they do.
[[nodiscard]] Result<std::unique_ptr<Source>> import_tree(const Store& store, const std::string& place,
                                                          const image::Platform& platform, const Interrupt& interrupt);

}  // namespace hutch::images
