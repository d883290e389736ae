#include "images/stored.h"

#include "base/i18n.h"
#include "core/image/policy.h"

namespace hutch::images {
namespace {

constexpr std::string_view kRegistry = "docker://";

class Stored : public Source {
 public:
  Stored(const Store& store, image::Record record, std::unique_ptr<Source> origin_source)
      : store_(store), record_(std::move(record)), from_(std::move(origin_source)) {}

  [[nodiscard]] std::string spelling() const override { return record_.source; }
  [[nodiscard]] Origin origin() const override {
    if (from_) return from_->origin();
    const std::size_t colon = record_.source.find(':');
    std::string path = record_.source.substr(colon == std::string::npos ? 0 : colon + 1);
    const std::size_t name = path.find(':');
    if (name != std::string::npos) path.resize(name);
    return {
        .transport = record_.source.substr(0, colon), .scopes = image::scopes_of_path(path), .reference = std::nullopt};
  }
  [[nodiscard]] Result<Document> manifest(const image::Digest*) override {
    return Document{.bytes = TRY(store_.read_blob(record_.manifest.digest, image::kManifestSizeLimit)),
                    .media_type = record_.manifest.media_type,
                    .digest = record_.manifest.digest};
  }
  [[nodiscard]] Result<std::string> small_blob(const image::Descriptor& descriptor) override {
    if (from_) return from_->small_blob(descriptor);
    return store_.read_blob(descriptor.digest, image::kManifestSizeLimit);
  }
  [[nodiscard]] Status fetch(Intake&) override { return failure(ErrorKind::kInvalid, _("it is there already")); }
  [[nodiscard]] Result<std::vector<std::string>> signatures(const image::Digest& digest) override {
    if (from_) return from_->signatures(digest);
    return std::vector<std::string>();
  }
  [[nodiscard]] Result<std::optional<Document>> attachments(const image::Digest& digest) override {
    if (from_) return from_->attachments(digest);
    return std::optional<Document>();
  }

 private:
  const Store& store_;
  image::Record record_;
  std::unique_ptr<Source> from_;  // null for what came from no registry
};

}  // namespace

Result<std::unique_ptr<Source>> open_stored(Http& http, const Interrupt& interrupt, const RegistryOptions& options,
                                            const Store& store, const image::Record& record) {
  std::unique_ptr<Source> from;
  if (record.source.starts_with(kRegistry)) {
    const image::Reference reference =
        TRY(image::parse_reference(std::string_view(record.source).substr(kRegistry.size())));
    from = TRY(registry_without_manifest(http, interrupt, options, reference));
  }
  return std::make_unique<Stored>(store, record, std::move(from));
}

}  // namespace hutch::images
