#include "core/image/policy.h"

#include <gtest/gtest.h>

namespace hutch::image {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'd');

constexpr const char* kPolicy = R"({
  "default": [{"type": "reject"}],
  "transports": {
    "docker": {
      "quay.io": [{"type": "insecureAcceptAnything"}],
      "quay.io/signed": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/k.gpg"}],
      "*.example.com": [{"type": "sigstoreSigned", "keyPath": "/k.pub", "signedIdentity": {"type": "matchRepository"}}],
      "": [{"type": "reject"}]
    },
    "oci": {"/srv/images": [{"type": "insecureAcceptAnything"}]}
  }
})";

Demand demand(const char* transport, const std::vector<std::string>& scopes) {
  const auto policy = parse_policy(kPolicy);
  EXPECT_TRUE(policy) << policy.error().describe();
  return requirements_for(*policy, transport, scopes).front().demand;
}

Demand of(std::string_view name) {
  return demand("docker", scopes_of(*parse_reference(name)));
}

TEST(Policy, TheMostSpecificScopeRulesAlone) {
  EXPECT_EQ(of("quay.io/a"), Demand::kAcceptAnything);
  EXPECT_EQ(of("quay.io/signed/a/b:1"), Demand::kSignedBy);
  EXPECT_EQ(of("quay.io/signedness/a"), Demand::kAcceptAnything);
  EXPECT_EQ(of("a.b.example.com/x"), Demand::kSigstoreSigned);
  EXPECT_EQ(of("example.com/x"), Demand::kReject);
  EXPECT_EQ(of("debian"), Demand::kReject);
  EXPECT_EQ(demand("oci", scopes_of_path("/srv/images/a")), Demand::kAcceptAnything);
  EXPECT_EQ(demand("oci", scopes_of_path("/srv/other")), Demand::kReject);
  EXPECT_EQ(demand("docker-archive", scopes_of_path("/srv/images/a")), Demand::kReject);
}

TEST(Policy, MistakesMakeTheWholeFileAnError) {
  for (
      const char* text :
      {"", "[]", "{}", R"({"default":[]})", R"({"default":[{"type":"reject"}],"extra":1})",
       R"({"default":[{"type":"reject","x":1}]})", R"({"default":[{"type":"accept"}]})",
       R"({"default":[{"type":"reject"}],"default":[{"type":"insecureAcceptAnything"}]})",
       R"({"default":[{"type":"signedBy","keyType":"GPGKeys"}]})",
       R"({"default":[{"type":"signedBy","keyType":"X509","keyPath":"/k"}]})",
       R"({"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k","keyData":"aGk="}]})",
       R"({"default":[{"type":"signedBy","keyType":"GPGKeys","keyData":"!"}]})",
       R"({"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k","signedIdentity":{"type":"any"}}]})",
       R"({"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k","signedIdentity":{"type":"remapIdentity","prefix":"a.io/b:tag","signedPrefix":"c.io"}}]})",
       R"({"default":[{"type":"reject"}],"transports":{"docker":{"quay.io":[]}}})"}) {
    EXPECT_FALSE(parse_policy(text)) << text;
  }
  EXPECT_FALSE(parse_policy(std::string(kPolicyLimit + 1, ' ')));
}

TEST(Policy, WhatCannotBeCheckedIsKeptToBeRefused) {
  const auto policy = parse_policy(R"({"default":[{"type":"sigstoreSigned","fulcio":{"caPath":"/c"}}]})");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->fallback.front().demand, Demand::kUnsupported);
  EXPECT_EQ(policy->fallback.front().words, "sigstoreSigned, fulcio");
}

bool named(IdentityRule rule, const char* wanted, const std::string& claimed, const char* value = "",
           const char* signed_prefix = "") {
  return is_named_by({.rule = rule, .value = value, .signed_prefix = signed_prefix}, *parse_reference(wanted), claimed);
}

TEST(Identity, ASignatureForOneTagIsNoneForAnother) {
  EXPECT_TRUE(named(IdentityRule::kMatchRepoDigestOrExact, "quay.io/a:1", "quay.io/a:1"));
  EXPECT_FALSE(named(IdentityRule::kMatchRepoDigestOrExact, "quay.io/a:1", "quay.io/a:2"));
  EXPECT_FALSE(named(IdentityRule::kMatchRepoDigestOrExact, "quay.io/a:1", "quay.io/b:1"));
  EXPECT_FALSE(named(IdentityRule::kMatchRepoDigestOrExact, "quay.io/a:1", "quay.io/a"));
  EXPECT_TRUE(named(IdentityRule::kMatchRepoDigestOrExact, ("quay.io/a@" + kDigest).c_str(), "quay.io/a:2"));
  EXPECT_FALSE(named(IdentityRule::kMatchExact, ("quay.io/a@" + kDigest).c_str(), "quay.io/a:2"));
  EXPECT_TRUE(named(IdentityRule::kMatchRepository, "quay.io/a:1", "quay.io/a"));
  EXPECT_FALSE(named(IdentityRule::kMatchRepository, "quay.io/a:1", "not a name"));
}

TEST(Identity, ExactOnesDoNotLookAtWhatWasAskedFor) {
  EXPECT_TRUE(named(IdentityRule::kExactReference, "mirror.io/a:1", "quay.io/a:1", "quay.io/a:1"));
  EXPECT_FALSE(named(IdentityRule::kExactReference, "mirror.io/a:1", "quay.io/a:2", "quay.io/a:1"));
  EXPECT_TRUE(named(IdentityRule::kExactRepository, "mirror.io/a:1", "quay.io/a:2", "quay.io/a"));
}

TEST(Identity, RemappedPrefixesEndAtAPart) {
  EXPECT_TRUE(named(IdentityRule::kRemapIdentity, "mirror.io/hub/a:1", "quay.io/a:1", "mirror.io/hub", "quay.io"));
  EXPECT_FALSE(named(IdentityRule::kRemapIdentity, "mirror.io/hubs/a:1", "quay.ios/a:1", "mirror.io/hub", "quay.io"));
  EXPECT_TRUE(named(IdentityRule::kRemapIdentity, "other.io/a:1", "other.io/a:1", "mirror.io/hub", "quay.io"));
}

std::string claim(const std::string& type, const std::string& more = "") {
  return R"({"critical":{"type":")" + type + R"(","image":{"docker-manifest-digest":")" + kDigest +
         R"("},"identity":{"docker-reference":"quay.io/a:1"})" + more + R"(},"optional":{"x":1}})";
}

TEST(Claim, BothKindsNameAnImageAndAreNotMixedUp) {
  const auto simple = parse_claim(claim("atomic container signature"), SignatureKind::kSimple);
  ASSERT_TRUE(simple) << simple.error().describe();
  EXPECT_EQ(simple->reference, "quay.io/a:1");
  EXPECT_EQ(simple->manifest.str(), kDigest);
  EXPECT_TRUE(parse_claim(claim("cosign container image signature"), SignatureKind::kCosign));
  EXPECT_FALSE(parse_claim(claim("cosign container image signature"), SignatureKind::kSimple));
  EXPECT_FALSE(parse_claim(claim("atomic container signature", R"(,"more":1)"), SignatureKind::kSimple));
  EXPECT_FALSE(parse_claim("{}", SignatureKind::kSimple));
}

}  // namespace
}  // namespace hutch::image
