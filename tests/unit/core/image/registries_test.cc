#include "core/image/registries.h"

#include <gtest/gtest.h>

namespace hutch::image {
namespace {

constexpr const char* kFile = R"(
unqualified-search-registries = ["quay.io"]
[[registry]]
prefix = "old.example/team"
location = "new.example/group"
[[registry]]
location = "blocked.example"
blocked = true
[[registry]]
location = "docker.io"
[[registry.mirror]]
location = "mirror.example/hub"
[[registry.mirror]]
location = "127.0.0.1:5000"
insecure = true
pull-from-mirror = "digest-only"
[[registry]]
prefix = "*.wild.example"
insecure = true
[aliases]
debian = "docker.io/library/debian"
)";

Registries sample() {
  Registries registries;
  const auto added = add_registries_file(registries, kFile, "registries.conf");
  EXPECT_TRUE(added) << added.error().describe();
  return registries;
}

std::vector<std::string> places(const Registries& registries, std::string_view name) {
  const auto endpoints = endpoints_of(registries, *parse_reference(name));
  std::vector<std::string> result;
  if (!endpoints) return {endpoints.error().message};
  for (const Endpoint& endpoint : *endpoints) result.push_back(endpoint.reference.str());
  return result;
}

TEST(Registries, ThePrefixIsReplacedByTheLocation) {
  EXPECT_EQ(places(sample(), "old.example/team/a:1"), std::vector<std::string>{"new.example/group/a:1"});
  EXPECT_EQ(places(sample(), "old.example/teams/a:1"), std::vector<std::string>{"old.example/teams/a:1"});
}

TEST(Registries, MirrorsComeFirstAndAsTheyAreMeant) {
  EXPECT_EQ(places(sample(), "debian:12"),
            (std::vector<std::string>{"mirror.example/hub/library/debian:12", "docker.io/library/debian:12"}));
  const std::string digest = "@sha256:" + std::string(64, 'a');
  EXPECT_EQ(places(sample(), "debian" + digest).size(), 3u);
}

TEST(Registries, BlockedOnesAreRefused) {
  const auto endpoints = endpoints_of(sample(), *parse_reference("blocked.example/a"));
  ASSERT_FALSE(endpoints);
  EXPECT_EQ(endpoints.error().kind, ErrorKind::kDenied);
}

TEST(Registries, WildcardsAreSubdomains) {
  EXPECT_TRUE(endpoints_of(sample(), *parse_reference("a.wild.example/x"))->front().insecure);
  EXPECT_FALSE(endpoints_of(sample(), *parse_reference("wild.example/x"))->front().insecure);
  EXPECT_FALSE(endpoints_of(sample(), *parse_reference("evilwild.example/x"))->front().insecure);
}

TEST(Registries, ShortNamesBecomeTheirAliasOrTheOneSearched) {
  EXPECT_EQ(resolve_name(sample(), "debian:12")->str(), "docker.io/library/debian:12");
  EXPECT_EQ(resolve_name(sample(), "tool")->str(), "quay.io/tool:latest");
  EXPECT_EQ(resolve_name(sample(), "x.example/tool")->str(), "x.example/tool:latest");
  EXPECT_EQ(resolve_name({}, "tool")->str(), "docker.io/library/tool:latest");
}

TEST(Registries, ANameOfSeveralRegistriesIsNotGuessed) {
  Registries registries;
  ASSERT_TRUE(add_registries_file(registries, "unqualified-search-registries = ['a.example', 'b.example']\n", "f"));
  const auto name = resolve_name(registries, "tool");
  ASSERT_FALSE(name);
  EXPECT_NE(name.error().hint.find("b.example/tool"), std::string::npos);
}

TEST(Registries, LaterFilesReplaceEntries) {
  Registries registries = sample();
  ASSERT_TRUE(add_registries_file(registries, "[[registry]]\nlocation = 'blocked.example'\n", "later.conf"));
  EXPECT_TRUE(endpoints_of(registries, *parse_reference("blocked.example/a")));
}

TEST(Registries, MistakesSayWhere) {
  Registries registries;
  for (const char* text :
       {"[[registry]]\nblocked = true\n", "[[registry]]\nlocation = 'a b'\n", "registry = 1\n",
        "[[registry]]\nlocation = 'a.io'\ninsecure = 'yes'\n", "[aliases]\na = 'b'\n",
        "[registries.search]\nregistries = ['a']\n", "[aliases]\na = 'quay.io/b:tag'\n",
        "[[registry]]\nlocation='a.io'\n[[registry.mirror]]\nlocation='b.io'\npull-from-mirror='x'\n"}) {
    const auto added = add_registries_file(registries, text, "f.conf");
    ASSERT_FALSE(added) << text;
    EXPECT_NE(added.error().message.find("f.conf"), std::string::npos) << added.error().message;
  }
  EXPECT_FALSE(add_registries_file(registries, std::string(kRegistriesFileLimit + 1, '\n'), "f"));
}

}  // namespace
}  // namespace hutch::image
