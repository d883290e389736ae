#include "core/image/reference.h"

#include <gtest/gtest.h>

namespace hutch::image {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'c');

std::string complete(std::string_view text) {
  const auto reference = parse_reference(text);
  return reference ? reference->str() : "refused: " + reference.error().message;
}

TEST(Reference, ShortNamesAreOfDockersHub) {
  EXPECT_EQ(complete("debian"), "docker.io/library/debian:latest");
  EXPECT_EQ(complete("debian:12"), "docker.io/library/debian:12");
  EXPECT_EQ(complete("someone/tool"), "docker.io/someone/tool:latest");
  EXPECT_EQ(complete("docker.io/debian"), "docker.io/library/debian:latest");
  EXPECT_EQ(complete("index.docker.io/library/debian"), "docker.io/library/debian:latest");
}

TEST(Reference, AFirstPartWithADotOrPortIsTheRegistry) {
  EXPECT_EQ(complete("quay.io/a/b/c:1"), "quay.io/a/b/c:1");
  EXPECT_EQ(complete("localhost/a"), "localhost/a:latest");
  EXPECT_EQ(complete("127.0.0.1:5000/a"), "127.0.0.1:5000/a:latest");
  EXPECT_EQ(complete("[::1]:5000/a"), "[::1]:5000/a:latest");
  EXPECT_EQ(complete("host:5000/a:tag"), "host:5000/a:tag");
}

TEST(Reference, ADigestNamesOneContentAndNeedsNoTag) {
  EXPECT_EQ(complete("debian@" + kDigest), "docker.io/library/debian@" + kDigest);
  const auto both = parse_reference("quay.io/a:1@" + kDigest);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->tag, "1");
  EXPECT_EQ(both->version(), kDigest);
}

TEST(Reference, TheFamiliarFormIsWhatPeopleWrite) {
  EXPECT_EQ(parse_reference("docker.io/library/debian:12")->familiar(), "debian:12");
  EXPECT_EQ(parse_reference("someone/tool")->familiar(), "someone/tool:latest");
  EXPECT_EQ(parse_reference("quay.io/a")->familiar(), "quay.io/a:latest");
  EXPECT_EQ(parse_reference("docker.io/quay.io/a")->familiar(), "docker.io/quay.io/a:latest");
}

TEST(Reference, NamesOutsideOfTheGrammarAreRefused) {
  for (const std::string& text : {std::string(),
                                  std::string("Debian"),
                                  std::string("a//b"),
                                  std::string("/a"),
                                  std::string("a/"),
                                  std::string("a..b"),
                                  std::string("a___b"),
                                  std::string("-a"),
                                  std::string("a-"),
                                  std::string("../a"),
                                  std::string("quay.io/../a"),
                                  std::string("a:"),
                                  std::string("a:-b"),
                                  std::string("a b"),
                                  std::string("quay.io:0/a"),
                                  std::string("quay.io:70000/a"),
                                  std::string("a@sha256:12"),
                                  std::string("quay..io/a"),
                                  std::string("a\nb"),
                                  std::string("http://quay.io/a"),
                                  std::string("quay.io/A")}) {
    EXPECT_FALSE(parse_reference(text)) << text;
  }
}

TEST(Reference, LengthsEndAtTheirLimits) {
  const std::string path(kReferenceLimit - std::string("docker.io/").size() - std::string("library/").size(), 'a');
  EXPECT_TRUE(parse_reference(path));
  EXPECT_FALSE(parse_reference(path + "a"));
  EXPECT_TRUE(parse_reference("a:" + std::string(kTagLimit, 't')));
  EXPECT_FALSE(parse_reference("a:" + std::string(kTagLimit + 1, 't')));
}

TEST(Reference, LoopbackIsThisComputerAndNoNameThatLooksLikeIt) {
  for (const char* domain : {"localhost", "localhost:5000", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:5000"}) {
    EXPECT_TRUE(is_loopback(domain)) << domain;
  }
  for (const char* domain :
       {"127.evil.example", "localhost.example", "128.0.0.1", "[::2]:5000", "127.0.0.1.example", "[::1].example:1"}) {
    EXPECT_FALSE(is_loopback(domain)) << domain;
  }
}

TEST(Reference, ShortNamesAreToldFromThoseWithARegistry) {
  EXPECT_TRUE(is_short_name("debian"));
  EXPECT_TRUE(is_short_name("library/debian"));
  EXPECT_FALSE(is_short_name("quay.io/debian"));
  EXPECT_FALSE(is_short_name("localhost/debian"));
}

}  // namespace
}  // namespace hutch::image
