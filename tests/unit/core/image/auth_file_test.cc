#include "core/image/auth_file.h"

#include <gtest/gtest.h>

#include "base/base64.h"

namespace hutch::image {
namespace {

std::string entry(const char* key, const char* who) {
  return std::string("\"") + key + R"(":{"auth":")" + encode_base64(who) + "\"}";
}

TEST(AuthFile, TheClosestEntryIsTaken) {
  const auto file = parse_auth_file("{\"auths\":{" + entry("quay.io", "host:1") + "," + entry("quay.io/a", "part:2") +
                                    "," + entry("quay.io/a/b", "whole:3") + "}}");
  ASSERT_TRUE(file) << file.error().describe();
  EXPECT_EQ(find_credentials(*file, "quay.io/a/b")->user, "whole");
  EXPECT_EQ(find_credentials(*file, "quay.io/a/c")->user, "part");
  EXPECT_EQ(find_credentials(*file, "quay.io/d")->user, "host");
  EXPECT_EQ(find_credentials(*file, "other.io/a"), std::nullopt);
  EXPECT_EQ(find_credentials(*file, "quay.io.evil/a"), std::nullopt);
}

TEST(AuthFile, DockersNameOfItsHubAndUrlsAreUnderstood) {
  const auto file = parse_auth_file("{\"auths\":{" + entry("https://index.docker.io/v1/", "me:p:q") + "," +
                                    entry("https://other.example/v2/", "you:r") + "}}");
  ASSERT_TRUE(file);
  EXPECT_EQ(find_credentials(*file, "docker.io/library/debian")->password, "p:q");
  EXPECT_EQ(find_credentials(*file, "other.example/x")->user, "you");
}

TEST(AuthFile, HelpersAreWordsAndNothingElse) {
  const auto file =
      parse_auth_file(R"({"credHelpers":{"a.io":"pass","b.io":"../evil","c.io":"-x"},"credsStore":"secretservice"})");
  ASSERT_TRUE(file);
  EXPECT_EQ(helper_for(*file, "a.io"), "pass");
  EXPECT_EQ(helper_for(*file, "b.io"), "");
  EXPECT_EQ(helper_for(*file, "c.io"), "");
  EXPECT_EQ(helper_for(*file, "d.io"), "secretservice");
}

TEST(AuthFile, AHelpersAnswerMayBeAnIdentityToken) {
  EXPECT_EQ(parse_helper_answer(R"({"ServerURL":"a","Username":"me","Secret":"s"})")->password, "s");
  const auto token = parse_helper_answer(R"({"Username":"<token>","Secret":"t"})");
  EXPECT_EQ(token->identity_token, "t");
  EXPECT_TRUE(token->user.empty());
}

TEST(AuthFile, WhatIsNoneIsRefused) {
  for (const char* bad :
       {"", "[]", R"({"auths":[]})", R"({"auths":{"a":{"auth":"!"}}})", R"({"auths":{"a":{"auth":"YQ=="}}})"}) {
    EXPECT_FALSE(parse_auth_file(bad)) << bad;
  }
  EXPECT_FALSE(parse_auth_file(std::string(kAuthFileLimit + 1, ' ')));
  EXPECT_TRUE(parse_auth_file(R"({"auths":{"a.io":{}}})"));
}

}  // namespace
}  // namespace hutch::image
