#include "core/image/challenge.h"

#include <gtest/gtest.h>

namespace hutch::image {
namespace {

TEST(Challenge, BearerHasItsRealmServiceAndScope) {
  const auto challenges = parse_challenges(
      R"(Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push")");
  ASSERT_TRUE(challenges);
  ASSERT_EQ(challenges->size(), 1u);
  EXPECT_EQ(challenges->front().scheme, "bearer");
  EXPECT_EQ(challenges->front().parameters.at("realm"), "https://auth.example/token");
  EXPECT_EQ(challenges->front().parameters.at("scope"), "repository:a/b:pull,push");
}

TEST(Challenge, SeveralInOneFieldAreToldApart) {
  const auto challenges = parse_challenges(R"(Negotiate, BASIC realm="a \"b\"" , Bearer Realm=x)");
  ASSERT_TRUE(challenges);
  ASSERT_EQ(challenges->size(), 3u);
  EXPECT_EQ((*challenges)[0].scheme, "negotiate");
  EXPECT_EQ((*challenges)[1].parameters.at("realm"), "a \"b\"");
  EXPECT_EQ((*challenges)[2].parameters.at("realm"), "x");
}

TEST(Challenge, BrokenAndEndlessFieldsAreRefused) {
  EXPECT_FALSE(parse_challenges("Basic realm=\"never closed"));
  EXPECT_FALSE(parse_challenges("\"\""));
  EXPECT_FALSE(parse_challenges(std::string(kHeaderLimit + 1, 'a')));
  std::string many;
  for (std::size_t count = 0; count < kChallengeLimit; ++count) many += "Basic,";
  EXPECT_TRUE(parse_challenges(many));
  EXPECT_FALSE(parse_challenges(many + "Basic"));
  EXPECT_TRUE(parse_challenges("")->empty());
}

TEST(Token, EitherKeyWillDoAndHoldsAtLeastAMinute) {
  EXPECT_EQ(parse_token(R"({"token":"t"})")->text, "t");
  EXPECT_EQ(parse_token(R"({"access_token":"t","expires_in":300})")->seconds, 300u);
  EXPECT_EQ(parse_token(R"({"token":"t","expires_in":5})")->seconds, 60u);
  for (const char* bad : {"", "{}", R"({"token":""})", R"({"token":"a\nb"})", R"({"token":7})"}) {
    EXPECT_FALSE(parse_token(bad)) << bad;
  }
}

TEST(RetryAfter, SecondsUpToTheLimit) {
  EXPECT_EQ(parse_retry_after(" 7 ", 60), 7u);
  EXPECT_EQ(parse_retry_after("100000", 60), 60u);
  EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT", 60), 0u);
}

TEST(Location, RelativeOnesStayOnTheHost) {
  const char* const base = "https://quay.io/v2/a";
  EXPECT_EQ(resolve_location(base, "/v2/b"), "https://quay.io/v2/b");
  EXPECT_EQ(resolve_location(base, "https://cdn.example/x"), "https://cdn.example/x");
  for (const char* bad : {"", "//evil.example/x", "b", "file:///etc/passwd", "https://", "https://user@evil.example/",
                          "https://a\\b/", "/a b", "/a\nb"}) {
    EXPECT_EQ(resolve_location(base, bad), "") << bad;
  }
  EXPECT_EQ(origin_of("http://a:5000?x"), "http://a:5000");
}

TEST(Refusal, TheFirstMessageIsWhatPeopleSee) {
  EXPECT_EQ(parse_refusal(R"({"errors":[{"code":"DENIED","message":"not yours"}]})"), "not yours");
  EXPECT_EQ(parse_refusal(R"({"errors":[{"code":"DENIED"}]})"), "DENIED");
  EXPECT_EQ(parse_refusal("<html>"), "");
}

TEST(Query, WhatHasAMeaningIsEscaped) {
  EXPECT_EQ(escape_query("repository:a/b:pull,push&x=y z"), "repository%3Aa%2Fb%3Apull%2Cpush%26x%3Dy%20z");
}

}  // namespace
}  // namespace hutch::image
