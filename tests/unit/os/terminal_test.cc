#include "os/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/ioctl.h>

namespace hutch::os {
namespace {

struct Terminal {
  Fd master;
  Fd slave;
};

Terminal open_terminal() {
  Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  EXPECT_EQ(::unlockpt(master.get()), 0);
  Fd slave(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  EXPECT_TRUE(static_cast<bool>(slave));
  return Terminal{.master = std::move(master), .slave = std::move(slave)};
}

bool is_raw(const Fd& fd) {
  termios settings{};
  EXPECT_EQ(::tcgetattr(fd.get(), &settings), 0);
  return (settings.c_lflag & (ICANON | ECHO | ISIG)) == 0;
}

TEST(RawTerminal, RestoresTheSettingsWhenItGoes) {
  const Terminal terminal = open_terminal();
  EXPECT_FALSE(is_raw(terminal.slave));
  {
    const auto raw = RawTerminal::enter(terminal.slave.get());
    ASSERT_TRUE(raw.has_value());
    EXPECT_TRUE(is_raw(terminal.slave));
    raw->suspend();
    EXPECT_FALSE(is_raw(terminal.slave));
    EXPECT_TRUE(raw->resume().has_value());
    EXPECT_TRUE(is_raw(terminal.slave));
  }
  EXPECT_FALSE(is_raw(terminal.slave));
}

TEST(RawTerminal, RefusesWhatIsNone) {
  const Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  EXPECT_EQ(RawTerminal::enter(nothing.get()).error().code, ENOTTY);
}

TEST(CopyWindowSize, CopiesAndIgnoresWhatIsNoTerminal) {
  const Terminal from = open_terminal();
  const Terminal to = open_terminal();
  winsize size{};
  size.ws_row = 33;
  size.ws_col = 99;
  ASSERT_EQ(::ioctl(from.slave.get(), TIOCSWINSZ, &size), 0);
  copy_window_size(from.slave.get(), to.slave.get());
  copy_window_size(-1, to.slave.get());
  winsize copied{};
  ASSERT_EQ(::ioctl(to.slave.get(), TIOCGWINSZ, &copied), 0);
  EXPECT_EQ(copied.ws_row, 33);
  EXPECT_EQ(copied.ws_col, 99);
}

}  // namespace
}  // namespace hutch::os
