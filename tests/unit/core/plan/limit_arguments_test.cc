#include "core/plan/limit_arguments.h"

#include <gtest/gtest.h>

#include "sample.h"

namespace hutch::plan {
namespace {

TEST(LimitArguments, SurviveTheWay) {
  const Limits limits = test::full_plan().scope->limits;
  const auto back = parse_limit_arguments(limit_arguments(limits));
  ASSERT_TRUE(back) << back.error().describe();
  EXPECT_EQ(*back, limits);
  EXPECT_TRUE(limit_arguments({}).empty());
}

TEST(LimitArguments, NonsenseIsRefused) {
  for (const char* const bad : {"", "memory", "memory=", "memory=x", "nofile=1", "cpu-weight=99999999999", "io-read=1",
                                "io-read=x:/", "io-read=1:relative", "=1"}) {
    EXPECT_FALSE(parse_limit_arguments({bad})) << bad;
  }
}

}  // namespace
}  // namespace hutch::plan
