// index.json: all images of a store in one file, read and replaced whole under a lock.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/path.h"
#include "core/image/record.h"

namespace hutch::images {

using Records = std::vector<image::Record>;  // by manifest digest

[[nodiscard]] std::string encode_index(const Records& records);
[[nodiscard]] Result<Records> decode_index(std::string_view text);

// Of the store at `root`; a missing file is an empty index.
[[nodiscard]] Result<Records> read_index(const HostPath& root);
// Holds the index's lock around reading, `change` and writing; nothing is written when `change` leaves all as it is.
using Change = std::function<Status(Records& records)>;
[[nodiscard]] Status change_index(const HostPath& root, const Change& change);

// A file that is given up when the disk is full, so that taking an image away finds room to say so.
void keep_reserve(const HostPath& root);

}  // namespace hutch::images
