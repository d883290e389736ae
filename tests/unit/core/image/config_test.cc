#include "core/image/config.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "core/image/manifest.h"

namespace hutch::image {
namespace {

Json sample() {
  return {{"os", "linux"},
          {"architecture", "amd64"},
          {"created", "2024-01-01T00:00:00Z"},
          {"config",
           {{"User", "1000:users"},
            {"Env", {"PATH=/bin", "A=b"}},
            {"Entrypoint", {"/init"}},
            {"Cmd", nullptr},
            {"Labels", {{"k", "v"}}},
            {"Volumes", {{"/data", Json::object()}}}}},
          {"rootfs", {{"type", "layers"}, {"diff_ids", {"sha256:" + std::string(64, 'a')}}}},
          {"history", Json::array()}};
}

TEST(Config, WhatToRunAndTheLayersAreRead) {
  const auto config = parse_config(sample().dump());
  ASSERT_TRUE(config) << config.error().describe();
  EXPECT_EQ(config->user, "1000:users");
  EXPECT_EQ(config->environment.size(), 2u);
  EXPECT_EQ(config->entrypoint, std::vector<std::string>{"/init"});
  EXPECT_TRUE(config->command.empty());
  EXPECT_EQ(config->volumes, std::vector<std::string>{"/data"});
  EXPECT_EQ(config->layers.size(), 1u);
}

TEST(Config, WhatIsWrittenReadsBackTheSame) {
  const auto config = parse_config(sample().dump());
  ASSERT_TRUE(config);
  EXPECT_EQ(parse_config(format(*config)), config);
}

TEST(Config, WrongShapesAreRefused) {
  EXPECT_FALSE(parse_config("[]"));
  EXPECT_FALSE(parse_config("{}"));
  EXPECT_FALSE(parse_config(""));
  const auto refused = [](const char* section, const char* key, const Json& value) {
    Json document = sample();
    document[section][key] = value;
    return !parse_config(document.dump()).has_value();
  };
  EXPECT_TRUE(refused("rootfs", "type", "tarball"));
  EXPECT_TRUE(refused("rootfs", "diff_ids", {"sha256:12"}));
  EXPECT_TRUE(refused("config", "Env", "A=b"));
  EXPECT_TRUE(refused("config", "Env", {1}));
  EXPECT_TRUE(refused("config", "User", std::string("a\0b", 3)));
  EXPECT_TRUE(refused("config", "Volumes", {"/data"}));
  EXPECT_FALSE(refused("config", "Unknown", {"/data"}));
}

TEST(Config, LimitsHold) {
  Json document = sample();
  document["rootfs"]["diff_ids"] = std::vector<std::string>(kLayerLimit, "sha256:" + std::string(64, 'a'));
  EXPECT_TRUE(parse_config(document.dump()));
  document["rootfs"]["diff_ids"].push_back("sha256:" + std::string(64, 'a'));
  EXPECT_FALSE(parse_config(document.dump()));
  EXPECT_FALSE(parse_config(std::string(kConfigLimit + 1, ' ')));
}

}  // namespace
}  // namespace hutch::image
