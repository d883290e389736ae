#include "base/base64.h"

#include <gtest/gtest.h>

namespace hutch {
namespace {

TEST(Base64, TheExamplesOfTheRfcGoBothWays) {
  const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : examples) {
    EXPECT_EQ(encode_base64(plain), encoded);
    EXPECT_EQ(decode_base64(encoded), plain);
  }
  const std::string bytes("\xff\x00\x80", 3);
  EXPECT_EQ(decode_base64(encode_base64(bytes)), bytes);
  EXPECT_EQ(decode_base64("Zm9v\r\nYmFy\n"), "foobar");
}

TEST(Base64, WhatIsNoneIsNothing) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "=", "Zm9v=", "Zm 9v", "Zm-_", "Zg==Zg=="}) {
    EXPECT_EQ(decode_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace hutch
