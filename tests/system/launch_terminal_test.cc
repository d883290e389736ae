// Terminals: one of the sandbox's own, relayed; job control; the host's never enters.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "launch_fixture.h"

namespace hutch::test {
namespace {

// A terminal window, seen from the emulator's side.
class Window {
 public:
  Window() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    EXPECT_EQ(::grantpt(master_.get()), 0);
    EXPECT_EQ(::unlockpt(master_.get()), 0);
    resize(101, 37);
  }
  [[nodiscard]] os::Fd open_inside() const {
    return os::Fd(::open(::ptsname(master_.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  }
  void resize(unsigned short columns, unsigned short rows) {
    const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(::ioctl(master_.get(), TIOCSWINSZ, &size), 0);
  }
  void type(const std::string& keys) {
    EXPECT_EQ(::write(master_.get(), keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  // Whether `text` appears on the screen, waiting for it. What was seen before it does not count again.
  bool shows(const std::string& text) {
    return eventually([&] {
      pollfd polled{.fd = master_.get(), .events = POLLIN, .revents = 0};
      char buffer[4096];
      while (::poll(&polled, 1, 0) > 0 && (polled.revents & POLLIN) != 0) {
        const ssize_t count = ::read(master_.get(), buffer, sizeof buffer);
        if (count <= 0) break;
        screen_.append(buffer, static_cast<std::size_t>(count));
      }
      const std::size_t found = screen_.find(text, seen_);
      if (found == std::string::npos) return false;
      seen_ = found + text.size();
      return true;
    });
  }
  [[nodiscard]] bool is_raw() const {
    termios settings{};
    EXPECT_EQ(::tcgetattr(master_.get(), &settings), 0);
    return (settings.c_lflag & (ICANON | ECHO | ISIG)) == 0;
  }
  [[nodiscard]] const std::string& screen() const { return screen_; }

 private:
  os::Fd master_;
  std::string screen_;
  std::size_t seen_ = 0;
};

plan::Sandbox terminal_sandbox(const std::vector<std::string>& words) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.has_terminal = true;
  set_words(sandbox, words);
  return sandbox;
}

Options in(const Window& window) {
  Options options;
  options.terminal = window.open_inside();
  return options;
}

TEST(LaunchTerminal, TheProgramHasATerminalOfTheSandboxs) {
  Window window;
  Launched launched(terminal_sandbox({"session", "--", "fds"}), in(window));
  EXPECT_TRUE(window.shows("session session: 1\r\n")) << window.screen();
  EXPECT_TRUE(window.shows("session terminal: ok\r\n"));
  EXPECT_TRUE(window.shows("session name: /dev/pts/0\r\n"));
  EXPECT_TRUE(window.shows("session size: 101x37\r\n"));
  EXPECT_TRUE(window.shows("fds 0: terminal\r\nfds 1: terminal\r\nfds 2: terminal\r\n"));
  EXPECT_EQ(launched.wait(), 0);
  EXPECT_FALSE(window.is_raw());
}

TEST(LaunchTerminal, TheProgramIsTheForegroundGroup) {
  Window window;
  Launched launched(terminal_sandbox({"session", "--", "say", "done"}), in(window));
  ASSERT_TRUE(window.shows("say: done"));
  const std::string& screen = window.screen();
  const auto value = [&screen](const std::string& fact) {
    const std::size_t start = screen.find(fact + ": ") + fact.size() + 2;
    return screen.substr(start, screen.find('\r', start) - start);
  };
  EXPECT_EQ(value("session group"), value("session pid"));
  EXPECT_EQ(value("session foreground"), value("session pid"));
  EXPECT_EQ(launched.wait(), 0);
}

TEST(LaunchTerminal, KeysAndOutputAreRelayed) {
  Window window;
  Launched launched(terminal_sandbox({"say", "up", "--", "echo"}), in(window));
  ASSERT_TRUE(window.shows("say: up"));
  ASSERT_TRUE(eventually([&] { return window.is_raw(); }));
  window.type("first\n");
  EXPECT_TRUE(window.shows("echo: first\r\n"));
  window.type("second\n\x04");  // Ctrl-D ends the input
  EXPECT_TRUE(window.shows("echo: second\r\n"));
  EXPECT_EQ(launched.wait(), 0);
  EXPECT_FALSE(window.is_raw());
}

TEST(LaunchTerminal, CtrlCReachesTheProgram) {
  Window window;
  Launched launched(terminal_sandbox({"trap"}), in(window));
  ASSERT_TRUE(window.shows("trap: ready"));
  ASSERT_TRUE(eventually([&] { return window.is_raw(); }));
  window.type("\x03");
  EXPECT_TRUE(window.shows("trap: 2"));
  EXPECT_EQ(launched.wait(), 40 + SIGINT);
}

TEST(LaunchTerminal, CtrlZStopsBothAndForegroundContinuesThem) {
  Window window;
  Launched launched(terminal_sandbox({"say", "up", "--", "echo"}), in(window));
  ASSERT_TRUE(window.shows("say: up"));
  ASSERT_TRUE(eventually([&] { return window.is_raw(); }));
  const pid_t command = children_of(launched.init()).front();
  window.type("\x1a");
  EXPECT_TRUE(eventually([&] { return state_of(command) == 'T' && state_of(launched.pid()) == 'T'; }));
  EXPECT_FALSE(window.is_raw());  // the shell gets its terminal back
  ASSERT_EQ(::kill(launched.pid(), SIGCONT), 0);
  EXPECT_TRUE(eventually([&] { return window.is_raw() && state_of(command) == 'S'; }));
  window.type("after\n\x04");
  EXPECT_TRUE(window.shows("echo: after\r\n"));
  EXPECT_EQ(launched.wait(), 0);
}

TEST(LaunchTerminal, AChangedWindowSizeIsPassedOn) {
  Window window;
  plan::Sandbox sandbox = terminal_sandbox({"say", "up", "--", "trap"});
  sandbox.command.arguments = {"peek", "say", "up", "--", "echo", "--", "session"};
  Launched launched(sandbox, in(window));
  ASSERT_TRUE(window.shows("say: up"));
  ASSERT_TRUE(eventually([&] { return window.is_raw(); }));
  window.resize(64, 20);
  window.type("x\n");
  ASSERT_TRUE(window.shows("echo: x"));  // the size signal came before these keys
  window.type("\x04");
  EXPECT_TRUE(window.shows("session size: 64x20")) << window.screen();
  EXPECT_EQ(launched.wait(), 0);
}

TEST(LaunchTerminal, EverythingWrittenArrivesBeforeTheEnd) {
  Window window;
  const std::string word(60000, 'w');
  Launched launched(terminal_sandbox({"say", word + "-the-end"}), in(window));
  EXPECT_TRUE(window.shows("w-the-end\r\n"));
  EXPECT_EQ(launched.wait(), 0);
}

TEST(LaunchTerminal, AKilledSupervisorLeavesNoProcess) {
  Window window;
  Launched launched(terminal_sandbox({"say", "up", "--", "sleep", "600"}), in(window));
  ASSERT_TRUE(window.shows("say: up"));
  const pid_t init = launched.init();
  const pid_t command = children_of(init).front();
  ASSERT_EQ(::kill(launched.pid(), SIGKILL), 0);
  EXPECT_TRUE(eventually([&] { return !is_alive(init) && !is_alive(command); }));
}

TEST(LaunchTerminal, TypingIntoTheOwnTerminalIsRefusedToo) {
  Window window;
  Launched launched(terminal_sandbox({"tiocsti"}), in(window));
  EXPECT_TRUE(window.shows("tiocsti stdin: EPERM"));
  EXPECT_TRUE(window.shows("tiocsti tty: EPERM"));
  EXPECT_EQ(launched.wait(), 0);
}

TEST(LaunchTerminal, AHostTerminalWithoutATerminalInThePlanIsRefused) {
  Window window;
  plan::Sandbox sandbox = terminal_sandbox({"say", "it ran"});
  sandbox.has_terminal = false;
  Launched launched(sandbox, in(window));
  EXPECT_EQ(launched.wait(), 125);
  EXPECT_TRUE(window.shows(text::format("stage %d", static_cast<int>(plan::Stage::kTerminal))));
  EXPECT_EQ(window.screen().find("it ran"), std::string::npos);
}

TEST(LaunchTerminal, ATerminalInThePlanWithoutOneOutsideIsNoTerminal) {
  const plan::Sandbox sandbox = terminal_sandbox({"fds"});
  EXPECT_EQ(run(sandbox).output, "fds 0: device\nfds 1: pipe\nfds 2: pipe\n");
}

}  // namespace
}  // namespace hutch::test
