#include "images/index.h"

#include <gtest/gtest.h>

#include "images/store.h"

namespace hutch::images {
namespace {

image::Digest digest(char digit) {
  return *image::Digest::parse_hex(std::string(64, digit));
}

image::Record record() {
  image::Record record;
  record.names = {"example.org/a:1", "example.org/a:latest"};
  record.users = {"toolbox/work"};
  record.manifest = {.media_type = "m", .digest = digest('1'), .size = 10};
  record.config = {.media_type = "c", .digest = digest('2'), .size = 1ULL << 40};
  record.layers = {{.blob = {.media_type = "l", .digest = digest('3'), .size = 0}, .diff_id = digest('4')}};
  record.added = -5;
  record.source = "docker://example.org/a:1";
  record.trust = "signed";
  return record;
}

TEST(Index, ComesBackEqual) {
  EXPECT_EQ(*decode_index(encode_index({record()})), Records{record()});
  EXPECT_EQ(*decode_index(encode_index({})), Records());
}

TEST(Index, WhatIsNoIndexIsRefused) {
  const std::string good = encode_index({record()});
  for (const char* const key :
       {"version", "images", "names", "users", "manifest", "digest", "size", "layers", "diffId", "added", "trust"}) {
    std::string bad = good;
    bad.replace(bad.find(std::string("\"") + key + "\""), 3, "\"_");
    EXPECT_FALSE(decode_index(bad)) << key;
  }
  EXPECT_FALSE(decode_index("{\"version\": 2, \"images\": []}")) << "of a newer hutch";
  EXPECT_FALSE(decode_index(""));
}

TEST(ChainIds, AreTheOnesOfTheSpecification) {
  image::Layer first;
  first.diff_id = digest('a');
  image::Layer second;
  second.diff_id = digest('b');
  const auto chain = chain_ids({first, second});
  ASSERT_TRUE(chain);
  EXPECT_EQ((*chain)[0], digest('a'));
  // printf 'sha256:aaa… sha256:bbb…' | sha256sum
  EXPECT_EQ((*chain)[1].hex(), "ccd722928bd92476ba1745586fed6e45a102504185ad88cd89e01ff116fd146c");
}

}  // namespace
}  // namespace hutch::images
