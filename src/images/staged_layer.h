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

// The order to unpack a layer into staging/NAME; `lowers` base first, relative to the store. All layers below one
// another are of one kind: with the user's own id only when the lowest is, also where there are more by now.
[[nodiscard]] image::Order unpack_order(const Store& store, const std::string& name,
                                        const std::vector<std::string>& lowers, const image::Digest& diff_id);
// The same for one that is unpacked again, to be compared with itself.
[[nodiscard]] bool has_own_id_only(const Store& store, const std::string& tree);

}  // namespace hutch::images
