#include "images/trust.h"

#include <algorithm>
#include <cstdlib>

#include "base/base64.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/image/manifest.h"
#include "host/queries.h"
#include "images/gpg.h"
#include "images/public_key.h"
#include "images/settings.h"
#include "os/file.h"

namespace hutch::images {
namespace {

constexpr std::size_t kKeyFileLimit = 4u << 20;  // bytes
constexpr const char* kCosignSignature = "dev.cosignproject.cosign/signature";
constexpr std::string_view kCosignPayload = "application/vnd.dev.cosign.simplesigning.v1+json";

// The manifests whose signature would do: the image's own, and the index that names it.
std::vector<image::Digest> signed_things(const Document& top, const Document& chosen) {
  std::vector<image::Digest> digests = {chosen.digest};
  if (top.digest != chosen.digest) digests.push_back(top.digest);
  return digests;
}

Result<std::vector<std::string>> keys_of(const image::Requirement& requirement) {
  std::vector<std::string> keys;
  if (!requirement.key_data.empty()) keys.push_back(requirement.key_data);
  for (const std::string& text : requirement.key_paths) {
    const HostPath path = TRY(HostPath::parse(text));
    keys.push_back(TRY(os::read_file(path, kKeyFileLimit)));
  }
  return keys;
}

Error denied(const Source& source, const std::string& why) {
  return Error{.kind = ErrorKind::kDenied,
               .code = 0,
               .message = text::format(_("the policy does not let in '%s': %s"),
                                       text::printable(source.spelling()).c_str(), why.c_str()),
               .context = {},
               .hint = {}};
}

// Empty when the claim is about this image; else why not.
std::string flaw_of(const image::SignedClaim& claim, const image::Requirement& requirement, const Source& source,
                    const image::Digest& digest) {
  if (claim.manifest != digest) return _("a signature of another image");
  const Origin origin = source.origin();
  if (!origin.reference) return _("only images in registries have names that signatures can vouch for");
  if (image::is_named_by(requirement.identity, *origin.reference, claim.reference)) return {};
  return text::format(_("a signature for the name '%s'"), text::printable(claim.reference).c_str());
}

Result<std::string> check_gpg(const image::Requirement& requirement, Source& source,
                              const std::vector<image::Digest>& digests) {
  const std::vector<std::string> keys = TRY(keys_of(requirement));
  std::string why = _("it is not signed");
  for (const image::Digest& digest : digests) {
    for (const std::string& signature : TRY(source.signatures(digest))) {
      const auto message = open_signed_message(signature, keys);
      if (!message) {
        if (message.error().kind != ErrorKind::kDenied) return unexpected(message.error());
        why = message.error().message;
        continue;
      }
      const auto claim = image::parse_claim(message->payload, image::SignatureKind::kSimple);
      why = claim ? flaw_of(*claim, requirement, source, digest) : claim.error().message;
      if (why.empty()) return "gpg:" + message->fingerprint;
    }
  }
  return unexpected(denied(source, why));
}

// The reason why this layer of a cosign image is no signature that counts; empty when it counts.
Result<std::string> flaw_of_cosign(const image::Descriptor& layer, const image::Requirement& requirement,
                                   Source& source, const image::Digest& digest, const std::string& key) {
  const auto annotation = layer.annotations.find(kCosignSignature);
  const auto signature = annotation == layer.annotations.end() ? std::nullopt : decode_base64(annotation->second);
  if (!signature || layer.media_type != kCosignPayload) return std::string(_("a signature of another kind"));
  const std::string payload = TRY(source.small_blob(layer));
  const bool is_good = TRY(is_signed_by(key, payload, *signature));
  if (!is_good) return std::string(_("a signature that none of the keys made, or that holds no longer"));
  const auto claim = image::parse_claim(payload, image::SignatureKind::kCosign);
  return claim ? flaw_of(*claim, requirement, source, digest) : claim.error().message;
}

std::string name_of_key(const image::Requirement& requirement, std::size_t index) {
  if (requirement.key_paths.empty()) return "keyData";
  const std::string& path = requirement.key_paths[index];
  return path.substr(path.rfind('/') + 1);
}

Result<std::string> check_sigstore(const image::Requirement& requirement, Source& source,
                                   const std::vector<image::Digest>& digests) {
  const std::vector<std::string> keys = TRY(keys_of(requirement));
  std::string why = _("it is not signed");
  for (const image::Digest& digest : digests) {
    const auto document = TRY(source.attachments(digest));
    if (!document) continue;
    const auto parsed = TRY(image::parse_manifest(document->bytes, document->media_type));
    const auto* const manifest = std::get_if<image::Manifest>(&parsed);
    if (manifest == nullptr) continue;
    for (const image::Descriptor& layer : manifest->layers) {
      for (std::size_t index = 0; index < keys.size(); ++index) {
        why = TRY(flaw_of_cosign(layer, requirement, source, digest, keys[index]));
        if (why.empty()) return "sigstore:" + name_of_key(requirement, index);
      }
    }
  }
  return unexpected(denied(source, why));
}

Result<std::string> check(const image::Requirement& requirement, Source& source,
                          const std::vector<image::Digest>& digests) {
  switch (requirement.demand) {
    case image::Demand::kAcceptAnything:
      return std::string("unchecked");
    case image::Demand::kReject:
      break;
    case image::Demand::kSignedBy:
      return check_gpg(requirement, source, digests);
    case image::Demand::kSigstoreSigned:
      return check_sigstore(requirement, source, digests);
    case image::Demand::kUnsupported:
      return unexpected(denied(source, text::format(_("it demands what hutch cannot check (%s)"),
                                                    text::printable(requirement.words).c_str())));
  }
  return unexpected(denied(source, _("nothing from there is let in")));
}

std::vector<std::string> usual_places() {
  std::vector<std::string> places;
  if (const std::string user = user_containers_directory(); !user.empty()) places.push_back(user + "/policy.json");
  places.emplace_back("/etc/containers/policy.json");
  places.push_back(HUTCH_DATADIR "/policy.json");
  return places;
}

Result<PolicyFile> read(const std::string& place) {
  const HostPath path = TRY(HostPath::parse(place));
  const std::string bytes = TRY(os::read_file(path, image::kPolicyLimit));
  return PolicyFile{
      .place = place,
      .policy = TRY_IN(text::format(_("reading '%s'"), text::printable(place).c_str()), image::parse_policy(bytes))};
}

}  // namespace

Result<PolicyFile> read_policy(const std::string& named) {
  if (!named.empty()) return read(named);
  for (const std::string& place : usual_places()) {
    const auto path = HostPath::parse(place);
    if (path && os::exists(*path)) return read(place);
  }
  return failure(ErrorKind::kDenied, _("there is no policy that says which images to trust"),
                 _("write ~/.config/containers/policy.json: man 5 containers-policy.json"));
}

Result<std::string> judge(const PolicyFile& policy, Source& source, const Document& top, const Document& chosen) {
  const Origin origin = source.origin();
  const image::Requirements& requirements = image::requirements_for(policy.policy, origin.transport, origin.scopes);
  const std::vector<image::Digest> digests = signed_things(top, chosen);
  std::string state;
  for (const image::Requirement& requirement : requirements) {
    auto word = check(requirement, source, digests);
    if (!word) {
      if (word.error().kind != ErrorKind::kDenied) return unexpected(std::move(word).error());
      return unexpected(std::move(word).error().with_hint(
          text::format(_("the policy is '%s'"), text::printable(policy.place).c_str())));
    }
    // A signature says more than the acceptance of anything.
    if (state.empty() || state == "unchecked") state = std::move(*word);
  }
  return state;
}

}  // namespace hutch::images
