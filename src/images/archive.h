// Images in files: which kind a place is, by its prefix or by what is in it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/path.h"
#include "images/source.h"
#include "images/store.h"

namespace hutch::images {

// "oci:DIRECTORY[:NAME]", "oci-archive:FILE[:NAME]", "docker-archive:FILE[:NAME]", a path alone, or "-" for standard
// input. Standard input, and an archive that is compressed as a whole, are kept in a file of the store without a name
// meanwhile.
[[nodiscard]] Result<std::unique_ptr<Source>> open_archive(const std::string& place, const Store& store);

// By how a file begins: gzip, zstd or xz.
[[nodiscard]] bool is_compressed_archive(std::string_view start);

}  // namespace hutch::images
