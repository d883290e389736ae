// The configuration of an image that is another one with a layer on top.
#pragma once

#include <string>
#include <string_view>

#include "core/image/digest.h"

namespace hutch::image {

struct AddedLayer {
  Digest diff_id;
  std::string created;  // RFC 3339
  std::string made_by;  // for the history
};

// Everything else stays as it is, what hutch knows nothing of too. A history that does not fit the layers, or is
// missing, is made anew: readers count on one entry a layer.
[[nodiscard]] Result<std::string> add_layer(std::string_view config, const AddedLayer& layer);

}  // namespace hutch::image
