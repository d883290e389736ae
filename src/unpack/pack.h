// What a toolbox changed in its image becomes a layer's archive (OCI image spec, layer.md): pax, sorted, what is gone
// as whiteouts.
#pragma once

#include <cstdint>

#include "unpack/encoder.h"
#include "unpack/states.h"

namespace hutch::unpack {

// Returns the number of entries. Sockets are left out: an archive cannot have them.
[[nodiscard]] Result<std::uint64_t> pack_layer(States& states, std::uint64_t entry_limit, bool has_own_id_only,
                                               Encoder& encoder);

}  // namespace hutch::unpack
