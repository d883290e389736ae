// What the store knows of an image: its manifest, configuration and layers by digest, and the names it goes by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/image/descriptor.h"

namespace hutch::image {

inline constexpr std::size_t kNameLimit = 512;    // bytes of a name, digest included
inline constexpr std::size_t kImageLimit = 4096;  // in one store

struct Layer {
  Descriptor blob;
  Digest diff_id;  // of the uncompressed archive
  bool operator==(const Layer&) const = default;
};

// One image of the store. The manifest's digest is its identity.
struct Record {
  std::vector<std::string> names;  // full references, sorted; none: known by digest only
  std::vector<std::string> users;  // what keeps it besides names, e.g. "toolbox/NAME"; sorted
  Descriptor manifest;
  Descriptor config;
  std::vector<Layer> layers;  // base first
  std::int64_t added = 0;     // seconds since 1970
  std::string source;         // where it came from, a transport's own spelling
  std::string trust;          // what the policy said of it; empty: nothing asked
  bool operator==(const Record&) const = default;
};

}  // namespace hutch::image
