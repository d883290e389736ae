#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>

#include "core/plan/report.h"

namespace hutch::plan {
namespace {

TEST(Outcome, ExitCodesFollowTheManual) {
  using Kind = Outcome::Kind;
  EXPECT_EQ(exit_code(Outcome{.kind = Kind::kExited, .value = 0}), 0);
  EXPECT_EQ(exit_code(Outcome{.kind = Kind::kExited, .value = 255}), 255);
  EXPECT_EQ(exit_code(Outcome{.kind = Kind::kSignalled, .value = SIGTERM}), 143);
  EXPECT_EQ(exit_code(Outcome{.kind = Kind::kKilled, .value = 0}), 137);
  EXPECT_EQ(exit_code(Outcome{.kind = Kind::kSetupFailed, .value = 3}), 125);
}

TEST(Outcome, OnlyTheCommandItselfIs126Or127) {
  EXPECT_EQ(exit_code(StepReport{.stage = Stage::kExec, .step = -1, .error = ENOENT}), 127);
  EXPECT_EQ(exit_code(StepReport{.stage = Stage::kExec, .step = -1, .error = ENOTDIR}), 127);
  EXPECT_EQ(exit_code(StepReport{.stage = Stage::kExec, .step = -1, .error = EACCES}), 126);
  EXPECT_EQ(exit_code(StepReport{.stage = Stage::kExec, .step = -1, .error = ENOEXEC}), 126);
  EXPECT_EQ(exit_code(StepReport{.stage = Stage::kSource, .step = 1, .error = ENOENT}), 125);
}

}  // namespace
}  // namespace hutch::plan
