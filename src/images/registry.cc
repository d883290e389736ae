#include "images/registry.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/image/manifest.h"
#include "core/image/policy.h"
#include "images/certificates.h"
#include "images/credentials.h"
#include "images/downloads.h"
#include "images/signatures.h"
#include "os/sha256.h"

namespace hutch::images {
namespace {

std::string accepted() {
  return text::format("Accept: %s, %s, %s, %s", image::kOciIndex, image::kOciManifest, image::kDockerIndex,
                      image::kDockerManifest);
}

// One image at one place.
class Place {
 public:
  Place(Http& http, const Interrupt& interrupt, Access access, image::Reference reference)
      : session_(http, interrupt, std::move(access)), reference_(std::move(reference)) {}

  [[nodiscard]] Session& session() { return session_; }
  [[nodiscard]] const image::Reference& reference() const { return reference_; }
  [[nodiscard]] std::string scope() const { return "repository:" + reference_.path + ":pull"; }
  [[nodiscard]] std::string path(const char* kind, const std::string& name) const {
    return "/v2/" + reference_.path + "/" + kind + "/" + name;
  }

  // The manifest with this tag or digest when it is in the store and the registry says that it is still this one.
  [[nodiscard]] Result<std::optional<Document>> find_manifest(const Store& store, const std::string& version) {
    Request request{.method = "HEAD", .url = path("manifests", version), .headers = {accepted()}};
    const Response response = TRY(session_.ask(std::move(request), scope()));
    const auto digest = image::Digest::parse(response.header("docker-content-digest"));
    if (response.status != 200 || !digest || !store.has_blob(*digest)) return std::optional<Document>();
    const auto named = image::Digest::parse(version);
    if (named && *named != *digest) return std::optional<Document>();
    auto bytes = store.read_blob(*digest, image::kManifestSizeLimit);
    if (!bytes) return std::optional<Document>();  // damaged: it is fetched
    return Document{.bytes = std::move(*bytes), .media_type = response.header("content-type"), .digest = *digest};
  }

  // The manifest with this tag or digest; nothing when there is none.
  [[nodiscard]] Result<std::optional<Document>> get_manifest(const std::string& version) {
    Request request{.url = path("manifests", version), .headers = {accepted()}};
    Response response = TRY(session_.ask(std::move(request), scope()));
    if (response.status == 404) return std::optional<Document>();
    if (response.status != 200) return unexpected(session_.refusal(response, version));
    const image::Digest digest = image::Digest::of_bytes(os::sha256(response.body));
    if (const auto wanted = image::Digest::parse(version); wanted && *wanted != digest) {
      return failure(ErrorKind::kInvalid, text::format(_("the registry '%s' sent something else for '%s'"),
                                                       text::printable(session_.domain()).c_str(), version.c_str()));
    }
    return Document{.bytes = std::move(response.body), .media_type = response.header("content-type"), .digest = digest};
  }

 private:
  Session session_;
  image::Reference reference_;
};

class Registry : public Source {
 public:
  Registry(std::unique_ptr<Place> place, image::Reference shown, Document top)
      : place_(std::move(place)), shown_(std::move(shown)), top_(std::move(top)) {}

  [[nodiscard]] std::string spelling() const override { return "docker://" + shown_.str(); }
  [[nodiscard]] Origin origin() const override {
    return {.transport = "docker", .scopes = image::scopes_of(shown_), .reference = shown_};
  }
  [[nodiscard]] std::vector<std::string> names() const override { return {shown_.str()}; }

  [[nodiscard]] Result<Document> manifest(const image::Digest* digest) override {
    if (digest == nullptr || *digest == top_.digest) return top_;
    auto found = TRY(place_->get_manifest(digest->str()));
    if (found) return std::move(*found);
    return failure(ErrorKind::kNotFound, text::format(_("'%s' is not in the registry '%s'"), digest->str().c_str(),
                                                      text::printable(place_->session().domain()).c_str()));
  }

  [[nodiscard]] Result<std::string> small_blob(const image::Descriptor& descriptor) override {
    if (descriptor.size > kAnswerLimit) {
      return failure(ErrorKind::kInvalid, text::format(_("an answer of more than %zu bytes"), kAnswerLimit));
    }
    Request request{.url = place_->path("blobs", descriptor.digest.str())};
    Response response = TRY(place_->session().ask(std::move(request), place_->scope()));
    if (response.status != 200) return unexpected(place_->session().refusal(response, descriptor.digest.str()));
    const bool is_right = response.body.size() == descriptor.size &&
                          image::Digest::of_bytes(os::sha256(response.body)) == descriptor.digest;
    if (is_right) return std::move(response.body);
    return failure(ErrorKind::kInvalid,
                   text::format(_("the registry '%s' sent something else for '%s'"),
                                text::printable(place_->session().domain()).c_str(), descriptor.digest.str().c_str()));
  }

  [[nodiscard]] Status fetch(Intake& intake) override {
    return download(place_->session(), place_->scope(), "/v2/" + place_->reference().path + "/blobs/", intake);
  }

  [[nodiscard]] Result<std::vector<std::string>> signatures(const image::Digest& manifest) override {
    const Session& session = place_->session();
    return find_signatures(place_->session().http(), session.interrupt(), session.security(), shown_, manifest);
  }

  // cosign keeps signatures as an image of its own under a tag made of the digest.
  [[nodiscard]] Result<std::optional<Document>> attachments(const image::Digest& manifest) override {
    return place_->get_manifest("sha256-" + manifest.hex() + ".sig");
  }

 private:
  std::unique_ptr<Place> place_;
  image::Reference shown_;
  Document top_;
};

}  // namespace

Result<Access> access_of(const RegistryOptions& options, const image::Endpoint& endpoint) {
  const image::Reference& reference = endpoint.reference;
  const bool is_insecure = endpoint.insecure || options.insecure;
  Access access{.domain = reference.domain};
  access.security = TRY(security_for(reference.domain, options.certificates));
  access.security.allow_plain = is_insecure || image::is_loopback(reference.domain);
  access.security.skip_checks = is_insecure;
  access.credentials = [files = options.auth_files, repository = reference.repository()] {
    return find_credentials(files, repository);
  };
  return access;
}

Result<Opened> open_registry(Http& http, const Interrupt& interrupt, const RegistryOptions& options, const Store& store,
                             const image::Reference& shown, std::size_t first) {
  const std::vector<image::Endpoint> endpoints = TRY(image::endpoints_of(options.registries, shown));
  for (std::size_t number = first; number < endpoints.size(); ++number) {
    const image::Endpoint& endpoint = endpoints[number];
    auto place = std::make_unique<Place>(http, interrupt, TRY(access_of(options, endpoint)), endpoint.reference);
    auto top = place->find_manifest(store, endpoint.reference.version());
    if (top && !*top) top = place->get_manifest(endpoint.reference.version());
    if (top && *top) {
      return Opened{.source = std::make_unique<Registry>(std::move(place), shown, std::move(**top)),
                    .next = number + 1,
                    .has_next = number + 1 < endpoints.size()};
    }
    TRY(interrupt.check());
    if (endpoint.is_mirror) continue;  // whatever is the matter with a mirror, the next one may have it
    if (!top) return unexpected(std::move(top).error());
  }
  return failure(ErrorKind::kNotFound,
                 text::format(_("'%s' is not in the registry '%s'"), shown.str().c_str(), shown.domain.c_str()),
                 _("check its spelling and tag"));
}

Result<std::unique_ptr<Source>> registry_without_manifest(Http& http, const Interrupt& interrupt,
                                                          const RegistryOptions& options,
                                                          const image::Reference& shown) {
  const std::vector<image::Endpoint> endpoints = TRY(image::endpoints_of(options.registries, shown));
  auto place =
      std::make_unique<Place>(http, interrupt, TRY(access_of(options, endpoints.back())), endpoints.back().reference);
  return std::make_unique<Registry>(std::move(place), shown, Document());
}

}  // namespace hutch::images
