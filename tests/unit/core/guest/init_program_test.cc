#include "core/guest/init_program.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace hutch::guest {
namespace {

TEST(InitProgram, IsAskedToEndAsItExpects) {
  EXPECT_EQ(stop_signal_of("/usr/lib/systemd/systemd"), SIGRTMIN + 3);
  EXPECT_EQ(stop_signal_of("/bin/busybox"), SIGUSR2);
  EXPECT_EQ(stop_signal_of("/bin/busybox.static"), SIGUSR2);
  EXPECT_EQ(stop_signal_of("/sbin/openrc-init"), SIGTERM);
  EXPECT_EQ(stop_signal_of("/sbin/init"), SIGTERM);
  EXPECT_EQ(stop_signal_of("/opt/systemd/other"), SIGTERM);
}

}  // namespace
}  // namespace hutch::guest
