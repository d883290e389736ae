#include "core/image/digest.h"

#include <gtest/gtest.h>

namespace hutch::image {
namespace {

const std::string kHex(64, 'a');

TEST(Digest, SixtyFourLowerCaseDigitsAreRead) {
  const auto digest = Digest::parse("sha256:" + kHex);
  ASSERT_TRUE(digest);
  EXPECT_EQ(digest->hex(), kHex);
  EXPECT_EQ(digest->str(), "sha256:" + kHex);
}

TEST(Digest, EverythingElseIsRefused) {
  for (const std::string& text :
       {std::string(), std::string("sha256:"), "sha256:" + kHex + "a", "sha256:" + kHex.substr(1), "sha512:" + kHex,
        "SHA256:" + kHex, "sha256:" + std::string(64, 'A'), "md5:" + kHex, "sha256:../" + kHex.substr(3),
        "sha256:" + kHex.substr(1) + '\0', kHex}) {
    EXPECT_FALSE(Digest::parse(text)) << text;
  }
}

}  // namespace
}  // namespace hutch::image
