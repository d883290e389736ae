#include "launch/command.h"

#include <gtest/gtest.h>

namespace hutch::launch {
namespace {

using List = std::vector<std::string>;

TEST(Command, AdditionsOverrideByNameAndKeepTheOrder) {
  EXPECT_EQ(merge_environment({"A=1", "B=2", "C=3"}, {"B=two", "D=4"}), (List{"A=1", "B=two", "C=3", "D=4"}));
  EXPECT_EQ(merge_environment({"AB=1"}, {"A=2"}), (List{"AB=1", "A=2"}));
  EXPECT_EQ(merge_environment({}, {"A=1", "A=2"}), (List{"A=2"}));
  EXPECT_EQ(merge_environment({"A=1"}, {}), (List{"A=1"}));
}

TEST(Command, NoTerminalAmongPlainDescriptors) {
  constexpr int kNone[] = {-1, 999};
  EXPECT_EQ(find_terminal(kNone), -1);
}

}  // namespace
}  // namespace hutch::launch
