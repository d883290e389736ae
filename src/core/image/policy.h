// Which images may be used: containers-policy.json(5). Strict: a key that is unknown or said twice makes the whole file
// an error, since a typo must not widen trust.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/image/reference.h"

namespace hutch::image {

inline constexpr std::size_t kPolicyLimit = 1u << 20;  // bytes

enum class IdentityRule : std::uint8_t {
  kMatchExact,
  kMatchRepoDigestOrExact,
  kMatchRepository,
  kExactReference,
  kExactRepository,
  kRemapIdentity,
};

struct Identity {
  IdentityRule rule = IdentityRule::kMatchRepoDigestOrExact;
  std::string value;          // the reference, repository, or prefix
  std::string signed_prefix;  // of kRemapIdentity
};

enum class Demand : std::uint8_t { kAcceptAnything, kReject, kSignedBy, kSigstoreSigned, kUnsupported };

struct Requirement {
  Demand demand = Demand::kReject;
  std::vector<std::string> key_paths;  // of which one must do
  std::string key_data;                // decoded
  Identity identity;
  std::string words;  // of kUnsupported: what is asked for that hutch cannot check
};

using Requirements = std::vector<Requirement>;  // all of them must be met

struct Policy {
  Requirements fallback;
  std::map<std::string, std::map<std::string, Requirements>> transports;  // by transport and scope
};

[[nodiscard]] Result<Policy> parse_policy(std::string_view bytes);

// Scopes of an image in a registry, the most specific first; "" is any.
[[nodiscard]] std::vector<std::string> scopes_of(const Reference& reference);
// Scopes of a path: itself and its parents.
[[nodiscard]] std::vector<std::string> scopes_of_path(std::string_view path);
// The requirements of the first scope that has some, else those of the transport's "" or the policy's default.
[[nodiscard]] const Requirements& requirements_for(const Policy& policy, const std::string& transport,
                                                   const std::vector<std::string>& scopes);

// Whether a signature that names `signed_reference` is one for the image that was asked for as `wanted`.
[[nodiscard]] bool is_named_by(const Identity& identity, const Reference& wanted, std::string_view signed_reference);

// What a signature says (containers-signature(5)): simple signing, and cosign's payload, which has the same shape.
struct SignedClaim {
  std::string reference;
  Digest manifest;
};
enum class SignatureKind : std::uint8_t { kSimple, kCosign };
inline constexpr std::size_t kSignatureLimit = 4u << 20;  // bytes
[[nodiscard]] Result<SignedClaim> parse_claim(std::string_view payload, SignatureKind kind);

}  // namespace hutch::image
