#include "host/helper.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "os/pipe.h"

namespace hutch::host {
namespace {

Result<Helper> shell(const char* script, int ready) {
  return start_helper("helper", {.program = HostPath::literal("/bin/sh"),
                                 .arguments = {"sh", "-c", script},
                                 .environment = {"PATH=/usr/bin:/bin"},
                                 .descriptors = {{ready, 3}}});
}

struct Attempt {
  Result<Helper> helper;
  Status ready;
};

Attempt attempt(const char* script) {
  auto pipe = os::make_pipe();
  EXPECT_TRUE(pipe);
  Attempt result{.helper = shell(script, pipe->write.get()), .ready = {}};
  pipe->write.reset();
  EXPECT_TRUE(result.helper);
  result.ready = await_ready(*result.helper, pipe->read.get());
  return result;
}

TEST(Helper, ReadyIsAByte) {
  const Attempt done = attempt("printf x >&3; read line");
  EXPECT_TRUE(done.ready) << done.ready.error().describe();
}

TEST(Helper, TheLastLineOfAnEarlyEndIsTheReason) {
  const Attempt done = attempt("echo first >&2; printf 'no \\033bus\\n' >&2; exit 3");
  ASSERT_FALSE(done.ready);
  EXPECT_EQ(done.ready.error().describe(), "'helper' ended early: no \\x1bbus");
}

TEST(Helper, ASilentEndShowsItsStatusOrSignal) {
  EXPECT_EQ(attempt("exit 7").ready.error().describe(), "'helper' ended early: status 7");
  EXPECT_EQ(attempt("kill -9 $$").ready.error().describe(), "'helper' ended early: signal 9");
}

TEST(Helper, HangingUpIsNotYetTheEnd) {
  const Attempt done = attempt("exec 3>&-; echo late >&2; exit 1");
  ASSERT_FALSE(done.ready);
  EXPECT_EQ(done.ready.error().describe(), "'helper' ended early: late");
}

TEST(Helper, WordsNeverGrowPastTheirLimit) {
  const Attempt done = attempt("yes complaint 2>/dev/null | head -c 100000 >&2; exit 1");
  ASSERT_FALSE(done.ready);
  EXPECT_LT(done.ready.error().describe().size(), 5000u);
}

TEST(Helper, LeavesTheTerminalAndStandardStreamsAlone) {
  const Attempt done = attempt(
      "test \"$(readlink /proc/self/fd/0)\" = /dev/null && test \"$(ps -o sid= -p $$)\" -eq $$ || exit 9; printf x "
      ">&3");
  EXPECT_TRUE(done.ready) << done.ready.error().describe();
}

}  // namespace
}  // namespace hutch::host
