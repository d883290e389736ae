// An image from anywhere into the store: what `pull`, `load` and `check --repair` do.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/image/record.h"
#include "images/source.h"

namespace hutch::images {

// Whether the policy lets in the image whose manifest is `chosen`, found by way of `top`; the word for `image list`.
using Judge = std::function<Result<std::string>(Source& source, const Document& top, const Document& chosen)>;

struct AcquireOptions {
  image::Platform platform;
  std::vector<std::string> names;  // instead of those the source knows
  Judge judge;
};

// The manifest for this platform; indexes are followed.
[[nodiscard]] Result<Document> choose_manifest(const Store& store, Source& source, const Document& top,
                                               const image::Platform& platform);

// Nothing is entered in the store's index before the policy was asked and every digest compared.
[[nodiscard]] Result<image::Record> acquire(const Store& store, Source& source, const AcquireOptions& options,
                                            Progress& progress, const Interrupt& interrupt);

}  // namespace hutch::images
