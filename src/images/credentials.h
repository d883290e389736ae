// Finds who the user is to a registry: files of podman, skopeo and docker, and the helper programs they name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/path.h"
#include "core/image/auth_file.h"

namespace hutch::images {

// Files in the order in which they are asked: `named` alone when it is not "", else $REGISTRY_AUTH_FILE, podman's of
// the session, podman's of the user, docker's.
[[nodiscard]] Result<std::vector<HostPath>> auth_files(const std::string& named);

// Of "host/a/b"; nothing when nobody knows any. An unreadable file that was named is an error.
[[nodiscard]] Result<std::optional<image::Credentials>> find_credentials(const std::vector<HostPath>& files,
                                                                         const std::string& repository);

}  // namespace hutch::images
