// Commands in a running sandbox through the control socket, and clients that do not behave.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <optional>

#include "base/text.h"
#include "launch_fixture.h"
#include "os/file.h"
#include "os/pipe.h"
#include "os/socket.h"

namespace hutch::test {
namespace {

using List = std::vector<std::string>;
using plan::ExecRequest;
using plan::Message;
using plan::Packet;

// A running sandbox that listens.
class Running {
 public:
  explicit Running(const List& app = {"trap"}) {
    auto listener = os::listen_packets(place_.at("control"));
    EXPECT_TRUE(listener);
    plan::Sandbox sandbox = small_sandbox();
    List words{"say", "up", "--"};
    words.insert(words.end(), app.begin(), app.end());
    set_words(sandbox, words);
    Options options;
    options.control = std::move(*listener);
    launched_.emplace(sandbox, std::move(options));
    EXPECT_EQ(launched_->read_line(), "say: up");
    if (app.front() == "trap") {
      EXPECT_EQ(launched_->read_line(), "trap: ready");
    }
  }
  [[nodiscard]] os::Fd connect() const {
    auto socket = os::connect_packets(place_.at("control"));
    EXPECT_TRUE(socket);
    return socket ? std::move(*socket) : os::Fd();
  }
  Launched& launched() { return *launched_; }

 private:
  Place place_;
  std::optional<Launched> launched_;
};

void say(int socket, const Packet& packet, const std::string& payload = "", const std::vector<int>& fds = {}) {
  std::string bytes(reinterpret_cast<const char*>(&packet), sizeof packet);
  EXPECT_TRUE(os::send_packet(socket, bytes + payload, fds));
}

Packet packet_of(Message kind, int value = 0) {
  Packet packet;
  packet.kind = kind;
  packet.value = value;
  return packet;
}

struct Heard {
  std::optional<Packet> packet;  // absent: the connection is closed
  std::vector<os::Fd> descriptors;
};

Heard hear(int socket) {
  pollfd polled{.fd = socket, .events = POLLIN, .revents = 0};
  EXPECT_GT(::poll(&polled, 1, 20000), 0) << "the supervisor says nothing";
  auto received = os::receive_packet(socket, sizeof(Packet));
  Heard heard;
  if (!received || received->bytes.size() != sizeof(Packet)) return heard;
  std::memcpy(static_cast<void*>(&heard.packet.emplace()), received->bytes.data(), sizeof(Packet));
  heard.descriptors = std::move(received->descriptors);
  return heard;
}

ExecRequest request_for(const List& words) {
  ExecRequest request;
  request.command = {.program = "peek", .arguments = {"peek"}, .directory = BoxPath::literal("/tmp")};
  request.command.arguments.insert(request.command.arguments.end(), words.begin(), words.end());
  return request;
}

struct Executed {
  int wait_status = -1;
  std::optional<plan::StepReport> failure;
  Seen seen;
};

Executed execute(const Running& running, const ExecRequest& request) {
  const os::Fd socket = running.connect();
  auto output = os::make_pipe();
  const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  say(socket.get(), packet_of(Message::kExecute), plan::encode(request),
      {nothing.get(), output->write.get(), output->write.get()});
  output->write.reset();
  Executed executed;
  while (const auto heard = hear(socket.get()).packet) {
    if (heard->kind == Message::kExited) executed.wait_status = heard->value;
    if (heard->kind == Message::kFailed) executed.failure = heard->report;
  }
  executed.seen.output = *os::read_all(output->read.get(), 1u << 20);
  return executed;
}

TEST(LaunchControl, AnExecutedCommandHasTheSameWalls) {
  Running running;
  ExecRequest request =
      request_for({"fds", "--",         "caps", "--",      "userns", "--",     "mount", "--",    "keyring",
                   "--",  "steal-exit", "--",   "environ", "--",     "system", "--",    "write", "/new",
                   "--",  "session",    "--",   "signals", "--",     "exit",   "6"});
  request.environment = {"ADDED=1", "HUTCH=overridden"};
  const Executed executed = execute(running, request);
  const Seen& seen = executed.seen;
  EXPECT_EQ(WEXITSTATUS(executed.wait_status), 6);
  EXPECT_EQ(seen.one("caps effective"), "000000000");
  EXPECT_EQ(seen.one("caps bounding"), "0");
  EXPECT_EQ(seen.one("caps no_new_privs"), "1");
  EXPECT_EQ(seen.one("caps seccomp"), "2");
  EXPECT_EQ(seen.one("userns unshare"), "ENOSPC");
  EXPECT_EQ(seen.one("mount tmpfs"), "EPERM");
  EXPECT_EQ(seen.one("keyring search"), "ENOKEY");
  EXPECT_EQ(seen.one("steal-exit stolen"), "0");
  EXPECT_EQ(seen.all("environ"), (List{"PATH=/:/usr/bin:/bin", "HUTCH=overridden", "ADDED=1"}));
  EXPECT_EQ(seen.one("fds 3"), "<none>");
  EXPECT_EQ(seen.one("system directory"), "/tmp");
  EXPECT_EQ(seen.one("write /new"), "EACCES");
  EXPECT_EQ(seen.one("session session"), seen.one("session pid"));
  EXPECT_EQ(seen.output.find("signals"), std::string::npos);
}

TEST(LaunchControl, ItCanSignalAndIsSeenByTheAppAsOneDomain) {
  Running running;
  const pid_t app = 2;
  const Executed asked = execute(running, request_for({"kill", std::to_string(app), "0"}));
  EXPECT_EQ(asked.seen.one("kill 2"), "ok");
  // With the app everything ends, perhaps before the command can say how its call went.
  (void)execute(running, request_for({"kill", std::to_string(app), std::to_string(SIGUSR1)}));
  EXPECT_EQ(running.launched().wait(), 40 + SIGUSR1);
}

TEST(LaunchControl, FailuresToStartAreExact) {
  Running running;
  ExecRequest absent = request_for({});
  absent.command.program = "absent";
  const Executed missing = execute(running, absent);
  ASSERT_TRUE(missing.failure);
  EXPECT_EQ(*missing.failure, (plan::StepReport{.stage = plan::Stage::kExec, .step = -1, .error = ENOENT}));
  ExecRequest nowhere = request_for({});
  nowhere.command.directory = BoxPath::literal("/absent");
  const Executed lost = execute(running, nowhere);
  ASSERT_TRUE(lost.failure);
  EXPECT_EQ(*lost.failure, (plan::StepReport{.stage = plan::Stage::kDirectory, .step = -1, .error = ENOENT}));
  EXPECT_EQ(WEXITSTATUS(execute(running, request_for({"exit", "1"})).wait_status), 1);
}

TEST(LaunchControl, ManyCommandsAtOnceKeepTheirStatuses) {
  Running running;
  const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  std::vector<os::Fd> sockets;
  for (int index = 0; index < 30; ++index) {
    sockets.push_back(running.connect());
    say(sockets.back().get(), packet_of(Message::kExecute), plan::encode(request_for({"exit", std::to_string(index)})),
        {nothing.get(), nothing.get(), nothing.get()});
  }
  for (int index = 0; index < 30; ++index) {
    int status = -1;
    while (const auto heard = hear(sockets[static_cast<std::size_t>(index)].get()).packet) {
      if (heard->kind == Message::kExited) status = WEXITSTATUS(heard->value);
    }
    EXPECT_EQ(status, index);
  }
}

TEST(LaunchControl, SignalsGoToTheClientsOwnCommandElseToTheApp) {
  Running running;
  const os::Fd socket = running.connect();
  const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  say(socket.get(), packet_of(Message::kExecute), plan::encode(request_for({"sleep", "600"})),
      {nothing.get(), nothing.get(), nothing.get()});
  ASSERT_EQ(hear(socket.get()).packet->kind, Message::kStarted);
  say(socket.get(), packet_of(Message::kSignal, SIGTERM));
  const auto heard = hear(socket.get()).packet;
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->kind, Message::kExited);
  EXPECT_EQ(WTERMSIG(heard->value), SIGTERM);
  const os::Fd other = running.connect();
  say(other.get(), packet_of(Message::kSignal, SIGUSR2));
  EXPECT_EQ(running.launched().wait(), 40 + SIGUSR2);
}

TEST(LaunchControl, AClientThatHangsUpTakesItsCommandAlong) {
  Running running;
  const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  os::Fd socket = running.connect();
  say(socket.get(), packet_of(Message::kExecute), plan::encode(request_for({"sleep", "600"})),
      {nothing.get(), nothing.get(), nothing.get()});
  ASSERT_EQ(hear(socket.get()).packet->kind, Message::kStarted);
  const pid_t init = running.launched().init();
  ASSERT_EQ(children_of(init).size(), 2u);
  socket.reset();
  EXPECT_TRUE(eventually([&] { return children_of(init).size() == 1; }));
}

TEST(LaunchControl, ACommandThatTheAppStopsWhileItStartsHoldsNobodyUp) {
  // Whether it is caught before or after its execve is luck; every outcome has to do.
  constexpr int kRounds = 10;
  const pid_t next = 3;
  for (int round = 0; round < kRounds; ++round) {
    Running running({"waylay", std::to_string(next)});
    const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    os::Fd socket = running.connect();
    say(socket.get(), packet_of(Message::kExecute), plan::encode(request_for({"sleep", "600"})),
        {nothing.get(), nothing.get(), nothing.get()});
    ASSERT_EQ(running.launched().read_line(), "waylay: stopped");
    ASSERT_EQ(WEXITSTATUS(execute(running, request_for({"exit", "3"})).wait_status), 3);
    socket.reset();
    ASSERT_TRUE(eventually([&] { return children_of(running.launched().init()).size() == 1; }));
  }
}

TEST(LaunchControl, AnExecutedCommandMayHaveATerminal) {
  Running running;
  const os::Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_EQ(::unlockpt(master.get()), 0);
  const os::Fd terminal(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  const os::Fd socket = running.connect();
  ExecRequest request = request_for({"session", "--", "say", "done"});
  request.has_terminal = true;
  say(socket.get(), packet_of(Message::kExecute), plan::encode(request),
      {terminal.get(), terminal.get(), terminal.get()});
  Heard heard = hear(socket.get());
  ASSERT_TRUE(heard.packet);
  ASSERT_EQ(heard.packet->kind, Message::kTerminal);
  ASSERT_EQ(heard.descriptors.size(), 1u);
  std::string screen;
  ASSERT_TRUE(eventually([&] {
    pollfd polled{.fd = heard.descriptors[0].get(), .events = POLLIN, .revents = 0};
    char buffer[4096];
    if (::poll(&polled, 1, 0) <= 0) return false;
    const ssize_t count = ::read(polled.fd, buffer, sizeof buffer);
    if (count > 0) screen.append(buffer, static_cast<std::size_t>(count));
    return screen.find("say: done") != std::string::npos;
  }));
  EXPECT_NE(screen.find("session terminal: ok"), std::string::npos) << screen;
}

TEST(LaunchControl, AHostTerminalIsRefusedWhereNoneWasAskedFor) {
  Running running;
  const os::Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_EQ(::unlockpt(master.get()), 0);
  const os::Fd terminal(::open(::ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  const os::Fd socket = running.connect();
  say(socket.get(), packet_of(Message::kExecute), plan::encode(request_for({"exit", "0"})),
      {terminal.get(), terminal.get(), terminal.get()});
  const auto heard = hear(socket.get()).packet;
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->kind, Message::kFailed);
  EXPECT_EQ(heard->report.stage, plan::Stage::kTerminal);
}

TEST(LaunchControl, ADirectoryAsAStandardDescriptorIsRefused) {
  Running running;
  const os::Fd directory(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const os::Fd socket = running.connect();
  say(socket.get(), packet_of(Message::kExecute), plan::encode(request_for({"exit", "0"})),
      {directory.get(), directory.get(), directory.get()});
  const auto heard = hear(socket.get()).packet;
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->kind, Message::kFailed);
  EXPECT_EQ(heard->report.error, EISDIR);
}

TEST(LaunchControl, AbortEndsEverything) {
  Running running;
  const os::Fd socket = running.connect();
  say(socket.get(), packet_of(Message::kAbort));
  EXPECT_EQ(running.launched().wait(), 137);
}

// Whatever a client does, the next one is served.
void expect_alive(Running& running) {
  EXPECT_EQ(WEXITSTATUS(execute(running, request_for({"exit", "3"})).wait_status), 3);
}

TEST(LaunchControl, MalformedClientsLoseTheirConnectionOnly) {
  Running running;
  const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const std::string request = plan::encode(request_for({"exit", "0"}));
  const std::vector<std::function<void(int)>> misdeeds = {
      [](int socket) { EXPECT_TRUE(os::send_packet(socket, "x")); },
      [](int socket) { EXPECT_TRUE(os::send_packet(socket, std::string(100000, 'x'))); },
      [&](int socket) { say(socket, packet_of(Message::kExecute), request); },
      [&](int socket) { say(socket, packet_of(Message::kExecute), request, {nothing.get()}); },
      [&](int socket) {
        say(socket, packet_of(Message::kExecute), "", {nothing.get(), nothing.get(), nothing.get()});
      },
      [&](int socket) { say(socket, packet_of(Message::kStarted, 1)); },
      [&](int socket) { say(socket, packet_of(Message::kGo)); },
      [&](int socket) { say(socket, packet_of(static_cast<Message>(9999))); },
      [&](int socket) {
        say(socket, packet_of(Message::kExecute), std::string(plan::kPacketPayloadLimit + 1, 'x'),
            {nothing.get(), nothing.get(), nothing.get()});
      },
      [&](int socket) {
        EXPECT_TRUE(os::send_packet(socket, "x", std::vector<int>(os::kDescriptorLimit, nothing.get())));
      },
  };
  for (const auto& misdeed : misdeeds) {
    const os::Fd socket = running.connect();
    misdeed(socket.get());
    EXPECT_FALSE(hear(socket.get()).packet);
    expect_alive(running);
  }
}

TEST(LaunchControl, DamagedRequestsAreAnsweredWithAFailure) {
  Running running;
  const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const std::string request = plan::encode(request_for({"exit", "0"}));
  for (std::size_t length = 1; length < request.size(); length += 7) {
    const os::Fd socket = running.connect();
    say(socket.get(), packet_of(Message::kExecute), request.substr(0, length),
        {nothing.get(), nothing.get(), nothing.get()});
    const auto heard = hear(socket.get()).packet;
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->kind, Message::kFailed);
  }
  expect_alive(running);
}

TEST(LaunchControl, SilentAndFloodingClientsDoNotHoldUpOthers) {
  Running running;
  std::vector<os::Fd> silent;
  for (int index = 0; index < 20; ++index) silent.push_back(running.connect());
  expect_alive(running);
  // Sends signals as fast as the socket takes them and never reads.
  const os::Fd flood = running.connect();
  ASSERT_EQ(::fcntl(flood.get(), F_SETFL, O_NONBLOCK), 0);
  const Packet harmless = packet_of(Message::kSignal, 0);
  for (int count = 0; count < 20000; ++count) {
    (void)::send(flood.get(), &harmless, sizeof harmless, MSG_NOSIGNAL);  // full or closed: either is fine
  }
  expect_alive(running);
  for (int index = 0; index < 100; ++index) silent.push_back(running.connect());  // beyond the limit: turned away
  silent.clear();
  EXPECT_TRUE(eventually([&] {
    const os::Fd socket = running.connect();
    pollfd polled{.fd = socket.get(), .events = POLLIN, .revents = 0};
    return ::poll(&polled, 1, 50) == 0;  // it stays: there is room again
  }));
  expect_alive(running);
}

TEST(LaunchControl, TheSupervisorSurvivesAClientKilledInTheMiddle) {
  Running running;
  for (int round = 0; round < 20; ++round) {
    const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
    const os::Fd socket = running.connect();
    say(socket.get(), packet_of(Message::kExecute), plan::encode(request_for({"exit", "0"})),
        {nothing.get(), nothing.get(), nothing.get()});
  }
  expect_alive(running);
  EXPECT_TRUE(eventually([&] { return children_of(running.launched().init()).size() == 1; }));
}

}  // namespace
}  // namespace hutch::test
