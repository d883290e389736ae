// Members of archives that carry images: ustar and pax headers of regular files, links and directories, enough for what
// skopeo, podman, buildah and docker write. Layers are none of this file's business: hutch-unpack reads those.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace hutch::image {

inline constexpr std::size_t kTarBlock = 512;
inline constexpr std::size_t kPaxLimit = 64u << 10;  // bytes of one extended header
inline constexpr std::size_t kMemberLimit = 100000;  // members of one archive

enum class MemberKind : std::uint8_t { kFile, kDirectory, kLink, kPax, kLongName, kLongLink, kEnd, kOther };

struct TarHeader {
  MemberKind kind = MemberKind::kOther;
  std::string name;
  std::string target;  // of a link
  std::uint64_t size = 0;
};

// One block of kTarBlock bytes; the checksum is verified.
[[nodiscard]] Result<TarHeader> parse_tar_header(std::string_view block);

struct PaxChanges {
  std::optional<std::string> name;
  std::optional<std::string> target;
  std::optional<std::uint64_t> size;
};
[[nodiscard]] Result<PaxChanges> parse_pax(std::string_view records);

// A ustar header of a regular file or directory, root's, mode 0644 or 0755, of 1970. The name must fit (100 bytes).
[[nodiscard]] std::string format_tar_header(std::string_view name, std::uint64_t size, bool is_directory);
// Zeros to the next block.
[[nodiscard]] std::string tar_padding(std::uint64_t size);

// "./a/b/" as "a/b"; "" for what leaves the archive or names nothing.
[[nodiscard]] std::string normal_member_name(std::string_view name);

}  // namespace hutch::image
