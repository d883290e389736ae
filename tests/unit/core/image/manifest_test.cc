#include "core/image/manifest.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"

namespace hutch::image {
namespace {

std::string digest(char letter) {
  return "sha256:" + std::string(64, letter);
}

Json layer(const char* media_type, char letter) {
  return {{"mediaType", media_type}, {"digest", digest(letter)}, {"size", 10}};
}

Json sample() {
  return {{"schemaVersion", 2},
          {"mediaType", kOciManifest},
          {"config", {{"mediaType", kOciConfig}, {"digest", digest('0')}, {"size", 7}}},
          {"layers", {layer("application/vnd.oci.image.layer.v1.tar+gzip", '1'), layer(kOciLayer, '2')}}};
}

Json sample_index() {
  Json first = {{"mediaType", kOciManifest}, {"digest", digest('1')}, {"size", 5}};
  first["platform"] = {{"os", "linux"}, {"architecture", "amd64"}};
  return {{"schemaVersion", 2}, {"mediaType", kOciIndex}, {"manifests", {first}}};
}

TEST(Manifest, ConfigAndLayersAreReadInOrder) {
  const auto manifest = parse_image_manifest(sample().dump());
  ASSERT_TRUE(manifest) << manifest.error().describe();
  EXPECT_EQ(manifest->layers.size(), 2u);
  EXPECT_EQ(manifest->layers[1].digest.str(), digest('2'));
  EXPECT_EQ(transport_size(*manifest), 27u);
}

TEST(Manifest, WhatIsWrittenReadsBackTheSame) {
  const auto manifest = parse_image_manifest(sample().dump());
  ASSERT_TRUE(manifest);
  const auto again = parse_image_manifest(format(*manifest));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *manifest);
  const auto index = parse_manifest(sample_index().dump(), "");
  ASSERT_TRUE(index);
  const auto index_again = parse_manifest(format(std::get<Index>(*index)), kOciIndex);
  ASSERT_TRUE(index_again);
  EXPECT_EQ(std::get<Index>(*index_again), std::get<Index>(*index));
}

TEST(Manifest, DockersMediaTypesAreTheSameThings) {
  Json document = sample();
  document["mediaType"] = kDockerManifest;
  document["config"]["mediaType"] = kDockerConfig;
  document["layers"] = {layer("application/vnd.docker.image.rootfs.diff.tar.gzip", '1')};
  EXPECT_TRUE(parse_image_manifest(document.dump()));
}

TEST(Manifest, ADocumentThatIsBothOrContradictsItsTypeIsRefused) {
  Json both = sample();
  both["manifests"] = Json::array();
  EXPECT_FALSE(parse_manifest(both.dump(), ""));
  Json neither = {{"schemaVersion", 2}, {"mediaType", kOciManifest}};
  EXPECT_FALSE(parse_manifest(neither.dump(), ""));
  Json lying = sample();
  lying["mediaType"] = kOciIndex;
  EXPECT_FALSE(parse_manifest(lying.dump(), ""));
  EXPECT_FALSE(parse_manifest(sample().dump(), kOciIndex));
  EXPECT_FALSE(parse_manifest(sample().dump(), kDockerManifest));
  EXPECT_TRUE(parse_manifest(sample().dump(), "application/json; charset=utf-8"));
}

TEST(Manifest, OtherSchemaVersionsAndMissingPartsAreRefused) {
  for (const char* key : {"schemaVersion", "config"}) {
    Json document = sample();
    document.erase(key);
    EXPECT_FALSE(parse_manifest(document.dump(), "")) << key;
  }
  Json old = sample();
  old["schemaVersion"] = 1;
  EXPECT_FALSE(parse_manifest(old.dump(), ""));
}

TEST(Manifest, DescriptorsOfTheWrongShapeAreRefused) {
  const auto refused = [](const char* key, const Json& value) {
    Json document = sample();
    document["layers"][0][key] = value;
    return !parse_manifest(document.dump(), "").has_value();
  };
  EXPECT_TRUE(refused("digest", "sha256:1"));
  EXPECT_TRUE(refused("digest", 7));
  EXPECT_TRUE(refused("size", -1));
  EXPECT_TRUE(refused("size", 1.5));
  EXPECT_TRUE(refused("size", "1"));
  EXPECT_TRUE(refused("size", kBlobSizeLimit + 1));
  EXPECT_FALSE(refused("size", kBlobSizeLimit));
  EXPECT_TRUE(refused("annotations", Json::array()));
}

TEST(Manifest, LimitsHold) {
  Json document = sample();
  document["layers"] = Json::array();
  for (std::size_t count = 0; count < kLayerLimit; ++count) document["layers"].push_back(layer(kOciLayer, '1'));
  EXPECT_TRUE(parse_manifest(document.dump(), ""));
  document["layers"].push_back(layer(kOciLayer, '1'));
  EXPECT_FALSE(parse_manifest(document.dump(), ""));
  EXPECT_FALSE(parse_manifest(std::string(kManifestSizeLimit + 1, ' '), ""));
}

TEST(Manifest, ArtifactsThatAreNoImagesAreSaidSo) {
  Json document = sample();
  document["config"]["mediaType"] = "application/vnd.example.helm.v1+json";
  const auto manifest = parse_image_manifest(document.dump());
  ASSERT_FALSE(manifest);
  EXPECT_NE(manifest.error().message.find("not an image"), std::string::npos);
}

Descriptor entry(const char* os, const char* architecture, const char* variant, char letter) {
  return {.media_type = kOciManifest,
          .digest = *Digest::parse(digest(letter)),
          .size = 1,
          .platform = Platform{.os = os, .architecture = architecture, .variant = variant}};
}

TEST(Platform, TheEntryOfThisMachineIsChosen) {
  const std::vector<Descriptor> entries = {entry("unknown", "unknown", "", '0'), entry("linux", "arm64", "v8", '1'),
                                           entry("linux", "amd64", "", '2'), entry("windows", "amd64", "", '3')};
  EXPECT_EQ(choose(entries, platform_of_machine("x86_64")), &entries[2]);
  EXPECT_EQ(choose(entries, platform_of_machine("aarch64")), &entries[1]);
  EXPECT_EQ(choose(entries, platform_of_machine("s390x")), nullptr);
}

TEST(Platform, OfArmTheHighestVariantThatRuns) {
  const std::vector<Descriptor> entries = {entry("linux", "arm", "v5", '0'), entry("linux", "arm", "v7", '1'),
                                           entry("linux", "arm", "v6", '2')};
  EXPECT_EQ(choose(entries, platform_of_machine("armv7l")), &entries[1]);
  EXPECT_EQ(choose(entries, platform_of_machine("armv6l")), &entries[2]);
}

TEST(Platform, EntriesThatSayNoneAreTheLastResort) {
  Descriptor plain = entry("", "", "", '0');
  plain.platform.reset();
  const std::vector<Descriptor> entries = {plain, entry("linux", "amd64", "", '1')};
  EXPECT_EQ(choose(entries, platform_of_machine("x86_64")), &entries[1]);
  EXPECT_EQ(choose(entries, platform_of_machine("riscv64")), &entries[0]);
}

TEST(Platform, WordsAreReadAndWritten) {
  EXPECT_EQ(describe(*parse_platform("linux/arm64/v8")), "linux/arm64/v8");
  for (const char* text : {"", "linux", "linux/", "a/b/c/d", "/amd64"}) EXPECT_FALSE(parse_platform(text)) << text;
}

}  // namespace
}  // namespace hutch::image
