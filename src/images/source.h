// Where an image comes from: one interface for registries, directories and archives.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/image/descriptor.h"
#include "core/image/reference.h"
#include "images/intake.h"

namespace hutch::images {

// A manifest or index as it was found; `digest` is of `bytes`.
struct Document {
  std::string bytes;
  std::string media_type;
  image::Digest digest;
};

// What a policy is asked about.
struct Origin {
  std::string transport;            // "docker", "oci", "oci-archive", "docker-archive"
  std::vector<std::string> scopes;  // the most specific first
  std::optional<image::Reference> reference;
};

class Source {
 public:
  virtual ~Source() = default;
  // "docker://docker.io/library/debian:12": for records and messages.
  [[nodiscard]] virtual std::string spelling() const = 0;
  [[nodiscard]] virtual Origin origin() const = 0;
  // The names the image had there; for what is loaded without one.
  [[nodiscard]] virtual std::vector<std::string> names() const { return {}; }
  // What was named, or what a digest of an index says.
  [[nodiscard]] virtual Result<Document> manifest(const image::Digest* digest) = 0;
  // A configuration or signature, whole; its digest has been checked.
  [[nodiscard]] virtual Result<std::string> small_blob(const image::Descriptor& descriptor) = 0;
  // Gets all blobs that the intake hands out.
  [[nodiscard]] virtual Status fetch(Intake& intake) = 0;
  // Detached GPG signatures of a manifest, and the manifest of cosign's signatures when there is one.
  [[nodiscard]] virtual Result<std::vector<std::string>> signatures(const image::Digest&) {
    return std::vector<std::string>();
  }
  [[nodiscard]] virtual Result<std::optional<Document>> attachments(const image::Digest&) {
    return std::optional<Document>();
  }
};

}  // namespace hutch::images
