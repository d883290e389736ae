#include "host/scope.h"

#include <gtest/gtest.h>

namespace hutch::host {
namespace {

TEST(Scope, EveryLimitNamesTheControllerThatEnforcesIt) {
  EXPECT_TRUE(needed_controllers({}).empty());
  const plan::Limits all{.memory = 1,
                         .memory_high = 1,
                         .swap = 1,
                         .cpu_percent = 1,
                         .cpu_weight = 1,
                         .tasks = 1,
                         .io_weight = 1,
                         .io_read = plan::Bandwidth{},
                         .io_write = plan::Bandwidth{}};
  std::vector<std::string> names;
  for (const NeededController& needed : needed_controllers(all)) {
    EXPECT_FALSE(needed.limit.empty());
    names.push_back(needed.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"memory", "memory", "memory", "cpu", "cpu", "pids", "io", "io", "io"}));
}

TEST(Scope, LiftingALimitNeedsNoController) {
  EXPECT_TRUE(needed_controllers({.memory = plan::kUnlimited, .tasks = plan::kUnlimited}).empty());
}

TEST(Scope, AMissingCgroupHasNoControllers) {
  EXPECT_TRUE(controllers_of("/no/such/group").empty());
  EXPECT_TRUE(controllers_of("/../../etc").empty());
}

TEST(Scope, WithoutAUserManagerTheErrorSaysHowToGetOne) {
  const auto started = StartingScope::greet(HostPath::literal("/nonexistent"));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(started.error().describe().find("/nonexistent/systemd/private"), std::string::npos);
  EXPECT_FALSE(started.error().hint.empty());
}

}  // namespace
}  // namespace hutch::host
