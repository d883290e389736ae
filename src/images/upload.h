// Blobs and manifests to a registry: nothing for what is there, mounted from another repository where that works,
// uploaded in pieces otherwise (distribution specification, "Pushing").
#pragma once

#include <string>

#include "core/image/descriptor.h"
#include "core/image/reference.h"
#include "images/progress.h"
#include "images/session.h"
#include "images/store.h"

namespace hutch::images {

inline constexpr std::uint64_t kPieceSize = 16ULL << 20;  // bytes of one PATCH, when the registry does not ask for more

class Upload {
 public:
  // `mount_from`: a repository of the same registry that may have the blobs; "" for none.
  Upload(Session& session, const Store& store, const image::Reference& target, std::string mount_from,
         Progress& progress)
      : session_(session), store_(store), target_(target), mount_from_(std::move(mount_from)), progress_(progress) {}

  [[nodiscard]] Status send(const image::Descriptor& blob);
  // Under the target's tag, or its digest.
  [[nodiscard]] Status put_manifest(const std::string& bytes, const std::string& media_type);

 private:
  [[nodiscard]] Result<bool> is_there(const image::Digest& digest);
  // Where to upload to; "" when the blob was mounted.
  [[nodiscard]] Result<std::string> begin(const image::Digest& digest);
  [[nodiscard]] Result<std::string> send_pieces(const image::Descriptor& blob, std::string location);
  [[nodiscard]] std::string scope() const;

  Session& session_;
  const Store& store_;
  const image::Reference& target_;
  std::string mount_from_;
  Progress& progress_;
  std::uint64_t piece_ = kPieceSize;
};

}  // namespace hutch::images
