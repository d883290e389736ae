// A pointer to content: what it is, how large, its digest (OCI image spec, descriptor.md). OCI's and Docker's media
// types are told apart nowhere but here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/image/digest.h"

namespace hutch::image {

inline constexpr std::size_t kLayerLimit = 250;                // of one image; overlayfs stacks at most 500
inline constexpr std::uint64_t kManifestSizeLimit = 4u << 20;  // as registries have it (distribution specification)
inline constexpr std::uint64_t kBlobSizeLimit = 1ULL << 40;

struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;
  bool operator==(const Platform&) const = default;
};

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;
  std::map<std::string, std::string> annotations;
  std::optional<Platform> platform;
  bool operator==(const Descriptor&) const = default;
};

enum class MediaKind : std::uint8_t { kIndex, kManifest, kConfig, kLayer, kOther };
enum class Compression : std::uint8_t { kNone, kGzip, kZstd, kUnsaid };

[[nodiscard]] MediaKind kind_of(std::string_view media_type);
// What a layer's media type says of its compression; kUnsaid for types that say nothing.
[[nodiscard]] Compression compression_of(std::string_view media_type);

inline constexpr const char* kOciIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr const char* kOciManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr const char* kOciConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr const char* kOciLayer = "application/vnd.oci.image.layer.v1.tar";
inline constexpr const char* kDockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";
inline constexpr const char* kDockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr const char* kDockerConfig = "application/vnd.docker.container.image.v1+json";
inline constexpr const char* kDockerLayer = "application/vnd.docker.image.rootfs.diff.tar";

// "linux/arm64/v8"
[[nodiscard]] std::string describe(const Platform& platform);
// This machine as images name it: "x86_64" is "amd64".
[[nodiscard]] Platform platform_of_machine(std::string_view machine);
[[nodiscard]] Result<Platform> parse_platform(std::string_view text);
// The first entry that runs on `wanted`: the same os and architecture, and of arm the highest variant not above the
// wanted one. Entries of other platforms, such as attestations with "unknown", never match. An entry without a platform
// is taken when nothing else is there.
[[nodiscard]] const Descriptor* choose(const std::vector<Descriptor>& entries, const Platform& wanted);

}  // namespace hutch::image
