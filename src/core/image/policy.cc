#include "core/image/policy.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/base64.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/image/fields.h"

namespace hutch::image {
namespace {

Error unknown_key(std::string_view key) {
  return Error{.kind = ErrorKind::kInvalid,
               .code = 0,
               .message = text::format(_("unknown key '%s'"), text::printable(key.substr(0, 100)).c_str()),
               .context = {},
               .hint = {}};
}

Status allow_keys(const Json& table, const std::vector<std::string_view>& known) {
  if (!table.is_object()) return failure(ErrorKind::kInvalid, _("a requirement must be a table"));
  for (const auto& [key, value] : table.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) return unexpected(unknown_key(key));
  }
  return {};
}

Status demand_prefix(const std::string& text) {
  const auto prefix = parse_reference_as_written(text);
  const bool is_host = is_domain(text);
  if (is_host || (prefix && prefix->tag.empty() && prefix->digest.empty())) return {};
  return failure(ErrorKind::kInvalid, text::format(_("'%s' is no name of an image: %s"), text::printable(text).c_str(),
                                                   _("a prefix has no tag")));
}

Result<Identity> read_identity(const Json& requirement) {
  Identity identity;
  if (!requirement.contains("signedIdentity")) return identity;
  const Json& table = requirement["signedIdentity"];
  const std::string type = TRY(read_text(table, "type"));
  struct Known {
    std::string_view type;
    IdentityRule rule;
    const char* key;
  };
  static constexpr std::array<Known, 6> kKnown = {
      {{"matchExact", IdentityRule::kMatchExact, nullptr},
       {"matchRepoDigestOrExact", IdentityRule::kMatchRepoDigestOrExact, nullptr},
       {"matchRepository", IdentityRule::kMatchRepository, nullptr},
       {"exactReference", IdentityRule::kExactReference, "dockerReference"},
       {"exactRepository", IdentityRule::kExactRepository, "dockerRepository"},
       {"remapIdentity", IdentityRule::kRemapIdentity, "prefix"}}};
  const auto known = std::find_if(kKnown.begin(), kKnown.end(), [&](const Known& one) { return one.type == type; });
  if (known == kKnown.end()) {
    return failure(ErrorKind::kInvalid, text::format(_("unknown key '%s'"), text::printable(type).c_str()));
  }
  identity.rule = known->rule;
  std::vector<std::string_view> keys = {"type"};
  if (known->key != nullptr) keys.emplace_back(known->key);
  if (known->rule == IdentityRule::kRemapIdentity) keys.emplace_back("signedPrefix");
  TRY(allow_keys(table, keys));
  if (known->key == nullptr) return identity;
  identity.value = TRY(read_text(table, known->key));
  if (known->rule == IdentityRule::kRemapIdentity) {
    identity.signed_prefix = TRY(read_text(table, "signedPrefix"));
    TRY(demand_prefix(identity.value));
    TRY(demand_prefix(identity.signed_prefix));
    return identity;
  }
  TRY(parse_reference_as_written(identity.value));
  return identity;
}

Status read_keys(const Json& table, Requirement& requirement) {
  requirement.key_paths = TRY(read_texts(table, "keyPaths"));
  const std::string path = TRY(read_text(table, "keyPath"));
  const std::string data = TRY(read_text(table, "keyData"));
  const int sources = (requirement.key_paths.empty() ? 0 : 1) + (path.empty() ? 0 : 1) + (data.empty() ? 0 : 1);
  if (sources != 1) return failure(ErrorKind::kInvalid, _("exactly one of keyPath, keyPaths and keyData is needed"));
  if (!path.empty()) requirement.key_paths = {path};
  if (data.empty()) return {};
  const auto decoded = decode_base64(data);
  if (!decoded) return failure(ErrorKind::kInvalid, _("'keyData' is not base64"));
  requirement.key_data = *decoded;
  return {};
}

Result<Requirement> read_requirement(const Json& table) {
  const std::string type = TRY(read_text(table, "type"));
  Requirement requirement;
  if (type == "insecureAcceptAnything" || type == "reject") {
    TRY(allow_keys(table, {"type"}));
    requirement.demand = type == "reject" ? Demand::kReject : Demand::kAcceptAnything;
    return requirement;
  }
  if (type == "signedBy") {
    TRY(allow_keys(table, {"type", "keyType", "keyPath", "keyPaths", "keyData", "signedIdentity"}));
    const std::string key_type = TRY(read_text(table, "keyType"));
    if (key_type != "GPGKeys") return failure(ErrorKind::kInvalid, _("'keyType' must be GPGKeys"));
    requirement.demand = Demand::kSignedBy;
    TRY(read_keys(table, requirement));
    requirement.identity = TRY(read_identity(table));
    return requirement;
  }
  if (type == "sigstoreSigned") {
    for (const char* const key : {"fulcio", "pki", "rekorPublicKeyPath", "rekorPublicKeyPaths", "rekorPublicKeyData",
                                  "rekorPublicKeyDatas", "keyDatas"}) {
      if (!table.contains(key)) continue;
      requirement.demand = Demand::kUnsupported;
      requirement.words = text::format("sigstoreSigned, %s", key);
      return requirement;
    }
    TRY(allow_keys(table, {"type", "keyPath", "keyPaths", "keyData", "signedIdentity"}));
    requirement.demand = Demand::kSigstoreSigned;
    TRY(read_keys(table, requirement));
    requirement.identity = TRY(read_identity(table));
    return requirement;
  }
  if (type == "signedBaseLayer") {
    requirement.demand = Demand::kUnsupported;
    requirement.words = type;
    return requirement;
  }
  return failure(ErrorKind::kInvalid, text::format(_("unknown requirement '%s'"), text::printable(type).c_str()));
}

Result<Requirements> read_requirements(const Json& list) {
  if (!list.is_array() || list.empty() || list.size() > kFieldLimit) {
    return failure(ErrorKind::kInvalid, _("requirements must be a list with something in it"));
  }
  Requirements requirements;
  for (const Json& item : list) requirements.push_back(TRY(read_requirement(item)));
  return requirements;
}

// `name` with `from` at its front replaced by `to`; nothing when it does not begin with it.
std::optional<std::string> remapped(const std::string& name, const std::string& from, const std::string& to) {
  if (!name.starts_with(from)) return std::nullopt;
  const std::string rest = name.substr(from.size());
  const bool ends_there = rest.empty() || rest.front() == '/' || rest.front() == ':' || rest.front() == '@';
  if (!ends_there) return std::nullopt;
  return to + rest;
}

bool matches_exactly(const Reference& wanted, const Reference& claimed) {
  return !wanted.tag.empty() && wanted.digest.empty() && wanted == claimed;
}

bool matches_repo_digest_or_exact(const Reference& wanted, const Reference& claimed) {
  if (!wanted.digest.empty()) return wanted.repository() == claimed.repository();
  return matches_exactly(wanted, claimed);
}

}  // namespace

Result<Policy> parse_policy(std::string_view bytes) {
  if (bytes.size() > kPolicyLimit) return failure(ErrorKind::kInvalid, _("the policy is too large"));
  const Json document = TRY(parse_json_without_doubles(bytes));
  TRY(allow_keys(document, {"default", "transports"}));
  if (!document.contains("default")) return failure(ErrorKind::kInvalid, _("the policy has no 'default'"));
  Policy policy{.fallback = TRY_IN("default", read_requirements(document["default"])), .transports = {}};
  if (!document.contains("transports")) return policy;
  if (!document["transports"].is_object()) {
    return failure(ErrorKind::kInvalid, text::format(_("'%s' must be a table"), "transports"));
  }
  for (const auto& [transport, scopes] : document["transports"].items()) {
    if (!scopes.is_object()) return failure(ErrorKind::kInvalid, text::format(_("'%s' must be a table"), "transports"));
    for (const auto& [scope, list] : scopes.items()) {
      policy.transports[transport][scope] = TRY_IN(text::printable(transport + " " + scope), read_requirements(list));
    }
  }
  return policy;
}

std::vector<std::string> scopes_of(const Reference& reference) {
  std::vector<std::string> scopes;
  const std::string name = reference.repository();
  scopes.push_back(reference.digest.empty() ? name + ":" + reference.tag : name + "@" + reference.digest.str());
  for (std::string scope = name; true; scope = scope.substr(0, scope.rfind('/'))) {
    scopes.push_back(scope);
    if (scope.find('/') == std::string::npos) break;
  }
  const std::string host = reference.domain.substr(0, reference.domain.find(':'));
  for (std::size_t dot = host.find('.'); dot != std::string::npos; dot = host.find('.', dot + 1)) {
    scopes.push_back("*" + reference.domain.substr(dot));
  }
  scopes.emplace_back();
  return scopes;
}

std::vector<std::string> scopes_of_path(std::string_view path) {
  std::vector<std::string> scopes;
  while (path.size() > 1) {
    scopes.emplace_back(path);
    path = path.substr(0, path.rfind('/'));
  }
  scopes.emplace_back("/");
  scopes.emplace_back();
  return scopes;
}

const Requirements& requirements_for(const Policy& policy, const std::string& transport,
                                     const std::vector<std::string>& scopes) {
  const auto table = policy.transports.find(transport);
  if (table == policy.transports.end()) return policy.fallback;
  for (const std::string& scope : scopes) {
    if (const auto found = table->second.find(scope); found != table->second.end()) return found->second;
  }
  return policy.fallback;
}

bool is_named_by(const Identity& identity, const Reference& wanted, std::string_view signed_reference) {
  const auto claimed = parse_reference_as_written(signed_reference);
  if (!claimed) return false;
  switch (identity.rule) {
    case IdentityRule::kMatchExact:
      return matches_exactly(wanted, *claimed);
    case IdentityRule::kMatchRepoDigestOrExact:
      return matches_repo_digest_or_exact(wanted, *claimed);
    case IdentityRule::kMatchRepository:
      return wanted.repository() == claimed->repository();
    case IdentityRule::kExactReference: {
      const auto exact = parse_reference_as_written(identity.value);
      return exact && *exact == *claimed;
    }
    case IdentityRule::kExactRepository: {
      const auto exact = parse_reference_as_written(identity.value);
      return exact && exact->repository() == claimed->repository();
    }
    case IdentityRule::kRemapIdentity: {
      const auto name = remapped(wanted.str(), identity.value, identity.signed_prefix);
      const auto there = name ? parse_reference_as_written(*name) : Result<Reference>(wanted);
      return there && matches_repo_digest_or_exact(*there, *claimed);
    }
  }
  return false;
}

Result<SignedClaim> parse_claim(std::string_view payload, SignatureKind kind) {
  if (payload.size() > kSignatureLimit) return failure(ErrorKind::kInvalid, _("a signature that is too large"));
  const Json document = TRY(parse_json_without_doubles(payload));
  TRY(allow_keys(document, {"critical", "optional"}));
  const auto critical = document.find("critical");
  if (critical == document.end()) return failure(ErrorKind::kInvalid, _("a signature without 'critical'"));
  TRY(allow_keys(*critical, {"type", "image", "identity"}));
  const std::string type = TRY(read_text(*critical, "type"));
  const char* const wanted =
      kind == SignatureKind::kSimple ? "atomic container signature" : "cosign container image signature";
  if (type != wanted) return failure(ErrorKind::kInvalid, _("a signature of another kind"));
  if (!critical->contains("image") || !critical->contains("identity")) {
    return failure(ErrorKind::kInvalid, _("a signature that names no image"));
  }
  TRY(allow_keys((*critical)["image"], {"docker-manifest-digest"}));
  TRY(allow_keys((*critical)["identity"], {"docker-reference"}));
  const std::string digest = TRY(read_text((*critical)["image"], "docker-manifest-digest"));
  return SignedClaim{.reference = TRY(read_text((*critical)["identity"], "docker-reference")),
                     .manifest = TRY(Digest::parse(digest))};
}

}  // namespace hutch::image
