#include "core/image/lookaside.h"

#include <gtest/gtest.h>

namespace hutch::image {
namespace {

constexpr const char* kFile = R"(# comment
default-docker:
  lookaside: file:///srv/all
  lookaside-staging: file:///srv/staging
docker:
  quay.io:
    sigstore: https://quay.example/signatures
  quay.io/team:
    lookaside: "https://team.example/"
    use-sigstore-attachments: true
)";

TEST(Lookaside, TheClosestScopeIsTaken) {
  Lookaside lookaside;
  const auto added = add_lookaside_file(lookaside, kFile, "f.yaml");
  ASSERT_TRUE(added) << added.error().describe();
  EXPECT_EQ(place_of_signatures(lookaside, *parse_reference("quay.io/team/a:1")), "https://team.example/");
  EXPECT_EQ(place_of_signatures(lookaside, *parse_reference("quay.io/other")), "https://quay.example/signatures");
  EXPECT_EQ(place_of_signatures(lookaside, *parse_reference("debian")), "file:///srv/all");
  const auto digest = Digest::parse("sha256:" + std::string(64, 'a'));
  EXPECT_EQ(signature_url("https://team.example/", *parse_reference("quay.io/team/a:1"), *digest, 2),
            "https://team.example/team/a@sha256=" + std::string(64, 'a') + "/signature-2");
}

TEST(Lookaside, AScopeSaidTwiceAndOtherShapesAreErrors) {
  Lookaside lookaside;
  EXPECT_TRUE(add_lookaside_file(lookaside, "docker:\n  a.io:\n    lookaside: x\n", "f"));
  EXPECT_FALSE(add_lookaside_file(lookaside, "docker:\n  a.io:\n    lookaside: y\n", "g"));
  for (const char* text :
       {"[1]", "a: *b", "a: [1]", "{a", "word", "a:\n  b:\n    c: {d: {e: {f: {g: {h: {i: {j: k}}}}}}}}\n"}) {
    EXPECT_FALSE(add_lookaside_file(lookaside, text, "f")) << text;
  }
  EXPECT_TRUE(add_lookaside_file(lookaside, "", "f"));
  EXPECT_FALSE(add_lookaside_file(lookaside, std::string(kLookasideFileLimit + 1, '\n'), "f"));
}

}  // namespace
}  // namespace hutch::image
