// Owner, mode, extended attributes and times of what is unpacked.
//
// Kept of extended attributes: user.* but overlayfs's and our own, and security.capability. The rest would be the
// host's business (security labels), needs privilege over the host (trusted.*), or is an access list, which images do
// not have.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "unpack/tar.h"

namespace hutch::unpack {

// With one id only, owners cannot be given: they are written here as "UID:GID", for the day there are more ids, on what
// can have such an attribute (regular files and directories).
inline constexpr const char* kOwnerAttribute = "user.hutch.owner";

struct Attributes {
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  Time modified;
  std::vector<std::pair<std::string, std::string>> extended;
};

[[nodiscard]] Attributes attributes_of(Entry&& entry);
// Of a file of a layer below; `fd` may be O_PATH for what has no extended attributes.
[[nodiscard]] Result<Attributes> read_attributes(int fd, const struct stat& status, bool has_own_id_only);

// All of them but a directory's time, in the order that keeps them: chown(2) clears set-id bits and capabilities.
// `created_mode` is what the file was made with.
[[nodiscard]] Status apply_to_file(int fd, const Attributes& attributes, std::uint32_t created_mode,
                                   bool has_own_id_only);
[[nodiscard]] Status apply_time(int fd, const Time& modified);
// For symbolic links and fifos, by name, without following.
[[nodiscard]] Status apply_to_name(int directory, const char* name, const Attributes& attributes, bool is_link,
                                   bool has_own_id_only);
// Takes away what an earlier entry of the same directory left.
[[nodiscard]] Status clear_extended(int fd);

}  // namespace hutch::unpack
