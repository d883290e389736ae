// What an image consists of: a manifest names a config and layers, an index names manifests for platforms (OCI image
// spec; Docker's schema 2 has the same shape under other media types).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/image/descriptor.h"

namespace hutch::image {

inline constexpr std::size_t kEntryLimit = 1000;  // manifests of one index

struct Manifest {
  std::string media_type;
  Descriptor config;
  std::vector<Descriptor> layers;  // the lowest first
  std::map<std::string, std::string> annotations;
  bool operator==(const Manifest&) const = default;
};

struct Index {
  std::string media_type;
  std::vector<Descriptor> manifests;
  std::map<std::string, std::string> annotations;
  bool operator==(const Index&) const = default;
};

// `content_type` is what the transport said, "" when it said nothing; the document's own mediaType must not contradict
// it, and a document that is both a manifest and an index is refused (CVE-2021-41190).
[[nodiscard]] Result<std::variant<Manifest, Index>> parse_manifest(std::string_view bytes,
                                                                   std::string_view content_type);
// A manifest of an image: its config and layers have the media types of images.
[[nodiscard]] Result<Manifest> parse_image_manifest(std::string_view bytes);

[[nodiscard]] std::string format(const Manifest& manifest);
[[nodiscard]] std::string format(const Index& index);

// Bytes of the config and all layers as they are transported.
[[nodiscard]] std::uint64_t transport_size(const Manifest& manifest);

}  // namespace hutch::image
