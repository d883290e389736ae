// What hutch-images does; one file a verb or two. The value is the exit status.
#pragma once

#include "core/image/record.h"
#include "images/store.h"
#include "images/words.h"

namespace hutch::images {

[[nodiscard]] Result<int> pull(const Words& words);
[[nodiscard]] Result<int> load(const Words& words);
[[nodiscard]] Result<int> import(const Words& words);
[[nodiscard]] Result<int> check(const Words& words);
[[nodiscard]] Result<int> prune(const Words& words);
[[nodiscard]] Result<int> du(const Words& words);
[[nodiscard]] Result<int> list(const Words& words);
[[nodiscard]] Result<int> inspect(const Words& words);
[[nodiscard]] Result<int> push(const Words& words);
[[nodiscard]] Result<int> save(const Words& words);
[[nodiscard]] Result<int> verify(const Words& words);
[[nodiscard]] Result<int> tag(const Words& words);
[[nodiscard]] Result<int> rm(const Words& words);
// For toolboxes.
[[nodiscard]] Result<int> hold(const Words& words);
[[nodiscard]] Result<int> release(const Words& words);
[[nodiscard]] Result<int> sweep(const Words& words);
[[nodiscard]] Result<int> diff(const Words& words);
[[nodiscard]] Result<int> export_toolbox(const Words& words);

// The user's store: $XDG_DATA_HOME/hutch/images.
[[nodiscard]] Result<Store> open_own_store();
// An image by what people call it: a short name, a full one, a digest or the beginning of one.
[[nodiscard]] Result<image::Record> find_by_any_name(const Store& store, const std::string& text);
// As people write it, for tables.
[[nodiscard]] std::string familiar_name(const std::string& name);

}  // namespace hutch::images
