#include "base/json.h"

#include <gtest/gtest.h>

namespace hutch {
namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

TEST(Json, KeepsTheOrderOfKeys) {
  const auto value = parse_json(R"({"b":1,"a":[true,null,"x"]})");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(format_json_line(*value), R"({"b":1,"a":[true,null,"x"]})");
}

TEST(Json, IsIndentedByTwoWithATrailingNewline) {
  EXPECT_EQ(format_json(Json{{"a", 1}}), "{\n  \"a\": 1\n}\n");
}

TEST(Json, RefusesWhatIsNotOneDocument) {
  for (const char* const text : {"", "{", "{}x", "{} {}", "{'a':1}", "[1,]", "nul", "\"\\x\""}) {
    EXPECT_FALSE(parse_json(text).has_value()) << text;
  }
}

TEST(Json, IsAtMost64LevelsDeep) {
  EXPECT_TRUE(parse_json(nested(64)).has_value());
  EXPECT_FALSE(parse_json(nested(65)).has_value());
  EXPECT_FALSE(parse_json(std::string(200000, '[')).has_value());
}

TEST(Json, BracketsInStringsAreNoDepth) {
  EXPECT_TRUE(parse_json("[\"" + std::string(200, '[') + "\\\"[[\"]").has_value());
}

TEST(Json, IsAtMostFourMegabytes) {
  const std::string fits = "\"" + std::string(kJsonLimit - 2, 'a') + "\"";
  EXPECT_TRUE(parse_json(fits).has_value());
  EXPECT_FALSE(parse_json(fits + " ").has_value());
}

TEST(Json, ReplacesInvalidUtf8WhenWriting) {
  EXPECT_EQ(format_json_line(Json("a\xff")), "\"a\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace hutch
