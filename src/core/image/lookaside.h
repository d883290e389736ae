// Where signatures of images in registries are kept: containers-registries.d(5). lookaside.cc is the only includer of
// libyaml.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/image/reference.h"

namespace hutch::image {

inline constexpr std::size_t kLookasideFileLimit = 1u << 20;  // bytes of one file

struct Lookaside {
  std::map<std::string, std::string> places;  // by scope: "quay.io/someone", "quay.io"
  std::string fallback;                       // of default-docker
};

// Adds a file; a scope that is said twice is an error.
[[nodiscard]] Status add_lookaside_file(Lookaside& lookaside, std::string_view bytes, const std::string& file);
// The URL of the closest scope, or the default; "" when nothing says any.
[[nodiscard]] std::string place_of_signatures(const Lookaside& lookaside, const Reference& reference);
// URL of signature `number`, counted from 1.
[[nodiscard]] std::string signature_url(std::string_view place, const Reference& reference, const Digest& manifest,
                                        int number);

}  // namespace hutch::image
