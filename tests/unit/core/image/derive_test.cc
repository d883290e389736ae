#include "core/image/derive.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "core/image/config.h"

namespace hutch::image {
namespace {

Digest digest(char digit) {
  return *Digest::parse("sha256:" + std::string(64, digit));
}

std::string config(const std::string& more) {
  return R"({"architecture":"amd64","os":"linux","x-own":[1],"config":{"Env":["A=1"],"Healthcheck":{}},)"
         R"("rootfs":{"type":"layers","diff_ids":[")" +
         digest('a').str() + R"("]})" + more + "}";
}

AddedLayer layer() {
  return {.diff_id = digest('b'), .created = "2026-01-02T03:04:05Z", .made_by = "us"};
}

TEST(Derive, KeepsEverythingAndAddsALayer) {
  const auto bytes = add_layer(config(R"(,"history":[{"created_by":"x"},{"empty_layer":true}])"), layer());
  ASSERT_TRUE(bytes) << bytes.error().describe();
  const auto document = parse_json(*bytes);
  ASSERT_TRUE(document);
  EXPECT_EQ((*document)["x-own"], Json::array({1}));
  EXPECT_TRUE((*document)["config"].contains("Healthcheck"));
  EXPECT_EQ((*document)["created"], "2026-01-02T03:04:05Z");
  EXPECT_EQ((*document)["history"].size(), 3U);
  EXPECT_EQ((*document)["history"][2]["created_by"], "us");
  const auto parsed = parse_config(*bytes);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->layers, (std::vector<Digest>{digest('a'), digest('b')}));
}

TEST(Derive, AHistoryHasOneEntryALayer) {
  for (const char* const history : {"", R"(,"history":[])", R"(,"history":[{},{}])", R"(,"history":3)"}) {
    const auto bytes = add_layer(config(history), layer());
    ASSERT_TRUE(bytes);
    EXPECT_EQ((*parse_json(*bytes))["history"].size(), 2U) << history;
  }
}

TEST(Derive, WhatIsNoConfigurationIsRefused) {
  for (const char* const bytes : {"", "[]", "{}", R"({"rootfs":{"type":"layers","diff_ids":3}})"}) {
    EXPECT_FALSE(add_layer(bytes, layer())) << bytes;
  }
}

}  // namespace
}  // namespace hutch::image
