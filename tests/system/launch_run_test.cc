// What a command sees, and how its end is told.
#include <gtest/gtest.h>

#include "launch_fixture.h"

namespace hutch::test {
namespace {

using List = std::vector<std::string>;

TEST(LaunchRun, AProgramRunsAndItsStatusComesBack) {
  const Seen result = peek(small_sandbox(), {"say", "hello", "--", "exit", "7"});
  EXPECT_EQ(result.status, 7) << result.errors;
  EXPECT_EQ(result.output, "say: hello\n");
  EXPECT_EQ(result.errors, "");
}

}  // namespace
}  // namespace hutch::test
