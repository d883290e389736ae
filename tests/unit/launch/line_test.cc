#include "launch/line.h"

#include <gtest/gtest.h>

#include <limits>

namespace hutch::launch {
namespace {

TEST(Line, TextsAndNumbersAreJoined) {
  ShortLine line;
  line << "a " << 0 << " " << -5 << " " << std::numeric_limits<std::int64_t>::min() << " "
       << std::numeric_limits<std::uint64_t>::max() << " ";
  line.octal(01777);
  EXPECT_STREQ(line.c_str(), "a 0 -5 -9223372036854775808 18446744073709551615 1777");
}

TEST(Line, WhatDoesNotFitIsCut) {
  Line<4> line;
  line << "abc"
       << "def" << 12;
  EXPECT_STREQ(line.c_str(), "abcd");
  EXPECT_EQ(line.text(), "abcd");
}

TEST(Line, AnEmptyOneIsEmpty) {
  EXPECT_STREQ(Line<1>().c_str(), "");
}

}  // namespace
}  // namespace hutch::launch
