// A layer's archive becomes a tree in overlayfs form.
#pragma once

#include "core/image/work.h"
#include "unpack/stream.h"
#include "unpack/tree.h"

namespace hutch::unpack {

// Reads the archive to its end; the stream's digest is the caller's to compare. Returns how many entries there were.
[[nodiscard]] Result<std::uint64_t> unpack_layer(Stream& stream, Tree& tree, const image::Limits& limits);

}  // namespace hutch::unpack
