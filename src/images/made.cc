#include "images/made.h"

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/policy.h"
#include "os/sha256.h"

namespace hutch::images {
namespace {

image::Digest digest_of(std::string_view bytes) {
  return image::Digest::of_bytes(os::sha256(bytes));
}

class Made : public Source {
 public:
  Made(MadeImage made, std::optional<Bag> bag) : made_(std::move(made)), bag_(std::move(bag)) {
    image::Manifest manifest{
        .media_type = image::kOciManifest, .config = {}, .layers = made_.layers, .annotations = {}};
    manifest.config = {.media_type = image::kOciConfig, .digest = digest_of(made_.config), .size = made_.config.size()};
    manifest_ = image::format(manifest);
  }

  [[nodiscard]] std::string spelling() const override { return made_.transport + ":" + made_.place; }
  [[nodiscard]] Origin origin() const override {
    return {.transport = made_.transport, .scopes = image::scopes_of_path(made_.place), .reference = std::nullopt};
  }
  [[nodiscard]] std::vector<std::string> names() const override { return made_.names; }
  [[nodiscard]] Result<Document> manifest(const image::Digest*) override {
    return Document{.bytes = manifest_, .media_type = image::kOciManifest, .digest = digest_of(manifest_)};
  }
  [[nodiscard]] Result<std::string> small_blob(const image::Descriptor&) override { return made_.config; }

  [[nodiscard]] Status fetch(Intake& intake) override {
    while (BlobWriter* const writer = TRY(intake.next(true))) {
      const auto file = made_.files.find(writer->digest());
      if (!bag_ || file == made_.files.end()) {
        return failure(ErrorKind::kNotFound, text::format(_("'%s' is not there"), writer->digest().str().c_str()));
      }
      const Slice slice = TRY(bag_->open(file->second));
      TRY(intake.take_rest(*writer, slice));
    }
    return {};
  }

 private:
  MadeImage made_;
  std::optional<Bag> bag_;
  std::string manifest_;
};

}  // namespace

std::unique_ptr<Source> make_source(MadeImage image, std::optional<Bag> bag) {
  return std::make_unique<Made>(std::move(image), std::move(bag));
}

}  // namespace hutch::images
