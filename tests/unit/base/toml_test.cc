#include "base/toml.h"

#include <gtest/gtest.h>

namespace hutch {
namespace {

TEST(Toml, ValuesAreReadWithTheirPlaces) {
  const auto root = parse_toml("a = 'x'\n[[t]]\nb = true\nn = 7\n", "f.toml", 1000);
  ASSERT_TRUE(root) << root.error().describe();
  EXPECT_EQ(root->get("a")->text, "x");
  const TomlNode* const list = root->get("t");
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->items.size(), 1u);
  EXPECT_TRUE(list->items[0].get("b")->flag);
  EXPECT_EQ(list->items[0].get("n")->number, 7);
  EXPECT_EQ(list->items[0].get("n")->place.line, 4u);
  EXPECT_EQ(root->get("absent"), nullptr);
}

TEST(Toml, ErrorsSayWhere) {
  const auto broken = parse_toml("a = 1\nb = \n", "f.toml", 1000);
  ASSERT_FALSE(broken);
  EXPECT_TRUE(broken.error().message.starts_with("f.toml:2:")) << broken.error().message;
}

TEST(Toml, LengthEndsAtItsLimit) {
  EXPECT_TRUE(parse_toml("a = 1\n", "f", 6));
  EXPECT_FALSE(parse_toml("a = 11\n", "f", 6));
}

}  // namespace
}  // namespace hutch
