// Images as archives.
#pragma once

#include <string>

#include "core/image/record.h"
#include "images/interrupt.h"
#include "images/store.h"

namespace hutch::images {

// `format`: oci-archive or docker-archive. `target` is a file, which appears when it is whole; "" or "-" is standard
// output.
[[nodiscard]] Status save_archive(const Store& store, const image::Record& record, const std::string& format,
                                  const std::string& target, const Interrupt& interrupt);

}  // namespace hutch::images
