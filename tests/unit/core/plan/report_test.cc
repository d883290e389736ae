#include "core/plan/report.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

#include "sample.h"

namespace hutch::plan {
namespace {

Error explain(Stage stage, int step, int error) {
  return explain_failure(test::full_plan().sandbox, {.stage = stage, .step = step, .error = error});
}

TEST(Report, TheStepThatFailedIsNamedInWords) {
  EXPECT_EQ(explain(Stage::kStep, 2, ENOENT).describe(),
            "cannot bind '/usr' on '/usr' (read-only): No such file or directory");
  EXPECT_EQ(explain(Stage::kSource, 2, ENOENT).describe(),
            "cannot open '/usr', which is to appear at '/usr': No such file or directory");
  EXPECT_EQ(explain(Stage::kTarget, 7, EROFS).describe(),
            "cannot make a place for '/bin' in the sandbox: Read-only file system");
  EXPECT_EQ(explain(Stage::kStep, 4, ENOSPC).describe(), "cannot mount a tmpfs on '/tmp': No space left on device");
  EXPECT_EQ(explain(Stage::kNetworkRule, 0, ENOSYS).describe(),
            "cannot apply the network rule for 10.0.0.0/8: Function not implemented");
  EXPECT_EQ(explain(Stage::kLandlock, 1, EINVAL).describe(),
            "cannot apply the Landlock rule for '/dev': Invalid argument");
  EXPECT_EQ(explain(Stage::kExec, -1, ENOENT).describe(), "cannot execute '/usr/bin/gedit': No such file or directory");
}

TEST(Report, RefusalsAreFactsWithoutAnErrno) {
  const Error changed = explain(Stage::kIdentity, 10, ESTALE);
  EXPECT_EQ(changed.kind, ErrorKind::kDenied);
  EXPECT_EQ(changed.describe(), "'/run/user/1000/wayland-0' was replaced by something else after it was looked at");
  EXPECT_EQ(explain(Stage::kProof, static_cast<int>(WallProof::kLandlock), EPERM).describe(),
            "a protection does not hold: Landlock");
  EXPECT_EQ(explain(Stage::kNetworkProbe, 0, EISCONN).describe(),
            "network 10.0.0.0/8 must be out of reach but could be reached");
}

TEST(Report, KindsFollowTheExitCode) {
  EXPECT_EQ(explain(Stage::kExec, -1, ENOENT).kind, ErrorKind::kNotFound);
  EXPECT_EQ(explain(Stage::kExec, -1, EACCES).kind, ErrorKind::kNotRunnable);
  EXPECT_EQ(explain(Stage::kClone, -1, ENOSPC).kind, ErrorKind::kSystem);
  EXPECT_NE(explain(Stage::kClone, -1, ENOSPC).hint, "");
}

TEST(Report, EveryStageHasWordsOfItsOwnEvenForNumbersThatMakeNoSense) {
  std::set<std::string> messages;
  for (int stage = 0; stage <= static_cast<int>(Stage::kSupervise); ++stage) {
    for (const int step : {-1, 0, 11, 12, 1 << 30, -(1 << 30)}) {
      const Error error = explain(static_cast<Stage>(stage), step, EPERM);
      EXPECT_NE(error.message, "") << stage;
      EXPECT_EQ(error.message.find('\n'), std::string::npos);
      if (step == -1) messages.insert(error.message);
    }
  }
  EXPECT_GE(messages.size(), 18u);
  EXPECT_NE(explain(static_cast<Stage>(200), 3, EPERM).message, "");
}

TEST(Report, TextsFromThePlanAreShownPrintable) {
  Sandbox sandbox;
  sandbox.command.program = "/bin/\x1b[2Jx";
  const Error error = explain_failure(sandbox, {.stage = Stage::kExec, .step = -1, .error = EACCES});
  EXPECT_EQ(error.message, "cannot execute '/bin/\\x1b[2Jx'");
}

}  // namespace
}  // namespace hutch::plan
