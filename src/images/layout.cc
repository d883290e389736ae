#include "images/layout.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/manifest.h"
#include "core/image/policy.h"
#include "os/sha256.h"

namespace hutch::images {
namespace {

constexpr const char* kNameKey = "org.opencontainers.image.ref.name";
constexpr const char* kContainerdNameKey = "io.containerd.image.name";

std::string blob_name(const image::Digest& digest) {
  return "blobs/sha256/" + digest.hex();
}

std::string annotation(const image::Descriptor& descriptor, const char* key) {
  const auto found = descriptor.annotations.find(key);
  return found == descriptor.annotations.end() ? std::string() : found->second;
}

class Layout : public Source {
 public:
  Layout(std::string transport, std::string place, Bag bag, image::Descriptor top)
      : transport_(std::move(transport)), place_(std::move(place)), bag_(std::move(bag)), top_(std::move(top)) {}

  [[nodiscard]] std::string spelling() const override {
    const std::string name = annotation(top_, kNameKey);
    return transport_ + ":" + place_ + (name.empty() ? "" : ":" + name);
  }
  [[nodiscard]] Origin origin() const override {
    return {.transport = transport_, .scopes = image::scopes_of_path(place_), .reference = std::nullopt};
  }
  [[nodiscard]] std::vector<std::string> names() const override {
    for (const char* const key : {kContainerdNameKey, kNameKey}) {
      const std::string name = annotation(top_, key);
      const auto reference = image::parse_reference(name);
      if (!name.empty() && reference) return {reference->str()};
    }
    return {};
  }

  [[nodiscard]] Result<Document> manifest(const image::Digest* digest) override {
    const image::Digest wanted = digest == nullptr ? top_.digest : *digest;
    std::string bytes = TRY(bag_.read(blob_name(wanted), image::kManifestSizeLimit));
    TRY(demand(wanted, bytes));
    return Document{
        .bytes = std::move(bytes), .media_type = digest == nullptr ? top_.media_type : std::string(), .digest = wanted};
  }

  [[nodiscard]] Result<std::string> small_blob(const image::Descriptor& descriptor) override {
    std::string bytes = TRY(bag_.read(blob_name(descriptor.digest), image::kManifestSizeLimit));
    TRY(demand(descriptor.digest, bytes));
    return bytes;
  }

  [[nodiscard]] Status fetch(Intake& intake) override {
    while (BlobWriter* const writer = TRY(intake.next(true))) {
      const Slice slice = TRY(bag_.open(blob_name(writer->digest())));
      if (slice.size != writer->size()) {
        return failure(ErrorKind::kInvalid,
                       text::format(_("'%s' has another size than its image says"), writer->digest().str().c_str()));
      }
      TRY(intake.take_rest(*writer, slice));
    }
    return {};
  }

 private:
  [[nodiscard]] static Status demand(const image::Digest& digest, const std::string& bytes) {
    if (image::Digest::of_bytes(os::sha256(bytes)) == digest) return {};
    return failure(ErrorKind::kInvalid, text::format(_("'%s' holds something else"), digest.str().c_str()));
  }

  std::string transport_;
  std::string place_;
  Bag bag_;
  image::Descriptor top_;
};

Result<image::Descriptor> choose_image(const image::Index& index, const std::string& name) {
  std::vector<const image::Descriptor*> matching;
  std::vector<std::string> names;
  for (const image::Descriptor& entry : index.manifests) {
    const std::string own = annotation(entry, kNameKey);
    names.push_back(own.empty() ? entry.digest.str() : text::printable(own));
    if (name.empty() || own == name || annotation(entry, kContainerdNameKey) == name || entry.digest.str() == name) {
      matching.push_back(&entry);
    }
  }
  if (matching.size() == 1) return *matching.front();
  if (matching.empty() && names.empty()) return failure(ErrorKind::kNotFound, _("there is no image in it"));
  return failure(matching.empty() ? ErrorKind::kNotFound : ErrorKind::kInvalid,
                 matching.empty() ? text::format(_("there is no image '%s' in it"), text::printable(name).c_str())
                                  : std::string(_("there are several images in it")),
                 text::format(_("name one of them behind a colon: %s"), text::join(names, ", ").c_str()));
}

Result<std::unique_ptr<Source>> open_bag(const char* transport, const HostPath& place, Bag bag,
                                         const std::string& name) {
  const std::string bytes = TRY(bag.read("index.json", image::kManifestSizeLimit));
  const auto parsed = TRY_IN("index.json", image::parse_manifest(bytes, image::kOciIndex));
  const auto* const index = std::get_if<image::Index>(&parsed);
  if (index == nullptr) return failure(ErrorKind::kInvalid, _("'index.json' is no index"));
  image::Descriptor top = TRY(choose_image(*index, name));
  return std::make_unique<Layout>(transport, place.str(), std::move(bag), std::move(top));
}

}  // namespace

Result<std::unique_ptr<Source>> open_layout(const HostPath& directory, const std::string& name) {
  Bag bag = TRY(Bag::of_directory(directory));
  return TRY_IN(text::printable(directory.str()), open_bag("oci", directory, std::move(bag), name));
}

Result<std::unique_ptr<Source>> open_layout_archive(const HostPath& file, Bag bag, const std::string& name) {
  return TRY_IN(text::printable(file.str()), open_bag("oci-archive", file, std::move(bag), name));
}

}  // namespace hutch::images
