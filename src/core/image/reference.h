// Names of images, with the grammar and defaults of Docker's and podman's: "debian" is
// "docker.io/library/debian:latest", "host:5000/a/b@sha256:..." names one content for ever.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/image/digest.h"

namespace hutch::image {

inline constexpr std::size_t kReferenceLimit = 255;  // bytes of domain and path, distribution spec
inline constexpr std::size_t kTagLimit = 128;

struct Reference {
  std::string domain;  // "docker.io", "localhost:5000", "[::1]:5000"
  std::string path;    // "library/debian"
  std::string tag;     // "" when there is none
  Digest digest;       // empty when there is none

  [[nodiscard]] std::string repository() const { return domain + "/" + path; }
  // Complete: "docker.io/library/debian:latest"
  [[nodiscard]] std::string str() const;
  // As people write it: "debian:latest" for Docker's hub, complete otherwise.
  [[nodiscard]] std::string familiar() const;
  // What the registry is asked for: the digest if there is one, else the tag.
  [[nodiscard]] std::string version() const { return digest.empty() ? tag : digest.str(); }
  bool operator==(const Reference&) const = default;
};

// A name of any kind; a missing domain becomes docker.io, a missing tag and digest the tag "latest".
[[nodiscard]] Result<Reference> parse_reference(std::string_view text);
// The same without a tag of its own accord.
[[nodiscard]] Result<Reference> parse_reference_as_written(std::string_view text);
// True for "debian" and "library/debian:12": no domain is named, so short names apply.
[[nodiscard]] bool is_short_name(std::string_view text);
[[nodiscard]] bool is_tag(std::string_view text);
[[nodiscard]] bool is_domain(std::string_view text);
// True for this computer's loopback: "localhost", "127.0.0.1:5000", "[::1]".
[[nodiscard]] bool is_loopback(std::string_view domain);

}  // namespace hutch::image
