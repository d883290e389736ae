#include "launch/inherit.h"

#include <gtest/gtest.h>

namespace hutch::launch {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

TEST(Inherit, IgnoredSignalsAreReadFromTheStatus) {
  EXPECT_EQ(parse_ignored_signals("Name:\tx\nSigBlk:\t00000000ffffffff\nSigIgn:\t0000000400001003\nSigCgt:\t1\n"),
            0x0000000400001003u);
  EXPECT_EQ(parse_ignored_signals("Name:\tx\nSigIgn:\t0000000000000000"), 0u);
}

TEST(Inherit, WhatCannotBeReadCountsAsAllIgnored) {
  for (const char* const status :
       {"", "Name:\tx\n", "SigIgn:\t0000000000000000", "\nSigIgn:\t", "\nSigIgn:\t00000000000000",
        "\nSigIgn:\t000000000000000z", "\nSigIgn: 0000000000000000"}) {
    EXPECT_EQ(parse_ignored_signals(status), kAll) << status;
  }
}

}  // namespace
}  // namespace hutch::launch
