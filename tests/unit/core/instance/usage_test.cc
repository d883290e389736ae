#include "core/instance/usage.h"

#include <gtest/gtest.h>

namespace hutch::instance {
namespace {

TEST(Usage, SizesFitAColumn) {
  EXPECT_EQ(size_text(0), "0");
  EXPECT_EQ(size_text(999), "999");
  EXPECT_EQ(size_text(1536), "1.5k");
  EXPECT_EQ(size_text(200u << 20), "200M");
  EXPECT_EQ(size_text(3ULL << 30), "3.0G");
  EXPECT_EQ(size_text(~0ULL), "16E");
}

TEST(Usage, OnlyWhatIsKnownIsTold) {
  const Json json = to_json(Usage{.memory = 5, .is_paused = true});
  EXPECT_EQ(json["state"], "paused");
  EXPECT_EQ(json["memory"], 5);
  EXPECT_FALSE(json.contains("memory_peak"));
  EXPECT_STREQ(state_of(Usage{.killed_for_memory = 1}), "memory");
}

}  // namespace
}  // namespace hutch::instance
