// AppImages: the sandbox they are unpacked in, once, and what a run of one sees of that.
#pragma once

#include <vector>

#include "core/compose/scene.h"

namespace hutch::compose {

// What has to be looked up; `unpacker` is unsquashfs(1).
[[nodiscard]] std::vector<HostPath> unpacking_paths(const HostPath& unpacker, const HostPath& image,
                                                    const HostPath& output);
// No network, no home: the unpacker with its libraries, the image to read, and `output`, in which "squashfs-root" is
// made. `offset` is where the image's file system begins.
[[nodiscard]] Result<plan::Sandbox> unpacking_sandbox(const facts::Facts& facts, const HostPath& unpacker,
                                                      const HostPath& image, const HostPath& output,
                                                      std::uint64_t offset);

// Where a run finds what was unpacked.
[[nodiscard]] BoxPath unpacked_place();
// APPDIR, APPIMAGE and ARGV0, as the image's own runtime would set them (AppImage specification, "Environment").
[[nodiscard]] std::vector<std::string> app_image_environment(const Scene& scene);

}  // namespace hutch::compose
