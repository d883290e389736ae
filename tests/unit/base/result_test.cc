#include "base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace hutch {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return failure(ErrorKind::kInvalid, "odd", "double it");
  return number / 2;
}

Result<int> quarter(int number) {
  const int first = TRY(half(number));
  return TRY_IN("the second time", half(first));
}

Status check_even(int number) {
  TRY(half(number));
  return {};
}

Result<std::unique_ptr<int>> boxed(int number) {
  auto value = TRY([](int n) -> Result<std::unique_ptr<int>> { return std::make_unique<int>(n); }(number));
  return value;
}

TEST(Try, TakesTheValueOutOfASuccess) {
  ASSERT_TRUE(quarter(8).has_value());
  EXPECT_EQ(*quarter(8), 2);
}

TEST(Try, ReturnsTheErrorUnchanged) {
  const auto result = quarter(7);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message, "odd");
  EXPECT_EQ(result.error().hint, "double it");
  EXPECT_TRUE(result.error().context.empty());
}

TEST(Try, AddsOneLineOfContextWhereAsked) {
  const auto result = quarter(6);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().context, std::vector<std::string>{"the second time"});
}

TEST(Try, WorksOnAStatus) {
  EXPECT_TRUE(check_even(2).has_value());
  EXPECT_FALSE(check_even(3).has_value());
}

TEST(Try, MovesValuesThatCannotBeCopied) {
  auto result = boxed(5);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(**result, 5);
}

}  // namespace
}  // namespace hutch
