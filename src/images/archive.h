// Images in files: which kind a place is, by its prefix or by what is in it.
#pragma once

#include <memory>
#include <string>

#include "base/path.h"
#include "images/source.h"

namespace hutch::images {

// "oci:DIRECTORY[:NAME]", "oci-archive:FILE[:NAME]", "docker-archive:FILE[:NAME]", a path alone, or "-" for standard
// input, which is kept in a file without a name below `scratch` meanwhile.
[[nodiscard]] Result<std::unique_ptr<Source>> open_archive(const std::string& place, const HostPath& scratch);

}  // namespace hutch::images
