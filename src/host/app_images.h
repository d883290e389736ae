// AppImages unpacked: $XDG_CACHE_HOME/hutch/appimages/ with DIGEST/squashfs-root, DIGEST.lock, and in files/ the digest
// of each image by its identity, so that a start of an image that is known reads one small file.
#pragma once

#include <optional>

#include "core/facts/facts.h"
#include "os/fd.h"

namespace hutch::host {

struct UnpackedImage {
  HostPath root;
  os::Fd lock;  // held: nobody prunes it
};
// Absent: it has not been unpacked, or was changed since.
[[nodiscard]] Result<std::optional<UnpackedImage>> find_unpacked(const facts::Facts& facts, const HostPath& image);

// Linked by hutch-coordinator alone: unpacks it in a sandbox of its own and keeps the outcome by the digest of the
// image. What nobody started for a month goes.
[[nodiscard]] Status unpack_app_image(facts::Facts& facts, const HostPath& image);

}  // namespace hutch::host
