// A layer's directory on its way into the store.
#pragma once

#include <string>
#include <vector>

#include "core/image/record.h"
#include "core/image/work.h"
#include "images/store.h"

namespace hutch::images {

// staging/NAME with an empty tree; returns NAME.
[[nodiscard]] Result<std::string> make_staged_layer(const Store& store);
// Puts it in place, complete: what it holds must have been synced. One that is there already stays.
[[nodiscard]] Status publish_layer(const Store& store, const std::string& name, const image::Digest& chain);
// Moves what is at `path`, relative to the store, to staging, from where prune() takes it.
[[nodiscard]] Result<std::string> discard(const Store& store, const std::string& path);

// The order to unpack a layer into staging/NAME; `lowers` base first, relative to the store.
[[nodiscard]] image::Order unpack_order(const std::string& name, const std::vector<std::string>& lowers,
                                        const image::Digest& diff_id);

}  // namespace hutch::images
