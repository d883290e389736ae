// execute_in and signal_instance against a supervisor of our own making.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <optional>
#include <thread>

#include "../os/scratch.h"
#include "core/plan/channel.h"
#include "host/launcher.h"
#include "os/pipe.h"
#include "os/socket.h"

namespace hutch::host {
namespace {

using plan::Message;
using plan::Packet;

struct Heard {
  Packet packet;
  std::string payload;
  std::vector<os::Fd> descriptors;
};

// One connection, as a supervisor sees it.
class Connection {
 public:
  explicit Connection(os::Fd fd) : fd_(std::move(fd)) {}
  std::optional<Heard> hear() const {
    auto received = os::receive_packet(fd_.get(), sizeof(Packet) + plan::kPacketPayloadLimit);
    if (!received || received->bytes.size() < sizeof(Packet)) return std::nullopt;
    Heard heard;
    std::memcpy(&heard.packet, received->bytes.data(), sizeof heard.packet);
    heard.payload = received->bytes.substr(sizeof heard.packet);
    heard.descriptors = std::move(received->descriptors);
    return heard;
  }
  void say(const Packet& packet) const {
    (void)os::send_packet(fd_.get(), {reinterpret_cast<const char*>(&packet), sizeof packet});
  }

 private:
  os::Fd fd_;
};

class Exec : public os::Scratch {
 protected:
  void SetUp() override {
    os::Scratch::SetUp();
    running_.directory = directory_;
    auto listening = os::listen_packets(at("control"));
    ASSERT_TRUE(listening);
    listening_ = std::move(*listening);
  }
  void TearDown() override {
    if (supervisor_.joinable()) supervisor_.join();
    os::Scratch::TearDown();
  }

  void supervise(std::function<void(Connection)> act) {
    supervisor_ = std::thread([this, act = std::move(act)] {
      act(Connection(os::Fd(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC))));
    });
  }

  static plan::ExecRequest request() {
    return {.has_terminal = false,
            .environment = {"A=b"},
            .command = {.program = "true", .arguments = {"true", "x"}, .directory = {}}};
  }

  Running running_;
  os::Fd listening_;
  std::thread supervisor_;
};

TEST_F(Exec, TheRequestArrivesWholeWithThreeDescriptors) {
  std::optional<plan::ExecRequest> seen;
  std::size_t descriptors = 0;
  supervise([&](Connection connection) {
    const auto heard = connection.hear();
    if (!heard || heard->packet.kind != Message::kExecute) return;
    if (auto decoded = plan::decode_exec_request(heard->payload)) seen = *decoded;
    descriptors = heard->descriptors.size();
    connection.say({.kind = Message::kStarted, .command = 7, .value = 42});
    connection.say({.kind = Message::kExited, .command = 7, .value = 3 << 8});
  });
  const auto outcome = execute_in(running_, request());
  supervisor_.join();
  ASSERT_TRUE(outcome) << outcome.error().describe();
  EXPECT_EQ(*outcome, (plan::Outcome{.kind = plan::Outcome::Kind::kExited, .value = 3}));
  EXPECT_EQ(seen, request());
  EXPECT_EQ(descriptors, 3U);
}

TEST_F(Exec, ASignalThatEndedTheCommandIsTold) {
  supervise([](Connection connection) {
    (void)connection.hear();
    connection.say({.kind = Message::kExited, .command = 1, .value = SIGSEGV});
  });
  const auto outcome = execute_in(running_, request());
  ASSERT_TRUE(outcome);
  EXPECT_EQ(*outcome, (plan::Outcome{.kind = plan::Outcome::Kind::kSignalled, .value = SIGSEGV}));
}

TEST_F(Exec, ASupervisorThatVanishesMeansKilled) {
  supervise([](Connection connection) {
    (void)connection.hear();
    connection.say({.kind = Message::kStarted, .command = 1, .value = 2});
  });
  const auto outcome = execute_in(running_, request());
  ASSERT_TRUE(outcome);
  EXPECT_EQ(plan::exit_code(*outcome), 137);
}

TEST_F(Exec, OneThatVanishesWithoutAWordMayNotHaveHeard) {
  supervise([](Connection connection) { (void)connection.hear(); });
  const auto outcome = execute_in(running_, request());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kUnavailable);
}

TEST_F(Exec, AMissingProgramIsToldFromOneThatCannotRun) {
  for (const auto& [code, kind] :
       {std::pair{ENOENT, ErrorKind::kNotFound}, std::pair{EACCES, ErrorKind::kNotRunnable}}) {
    supervise([error = code](Connection connection) {
      (void)connection.hear();
      connection.say({.kind = Message::kFailed, .report = {.stage = plan::Stage::kExec, .step = -1, .error = error}});
    });
    const auto outcome = execute_in(running_, request());
    supervisor_.join();
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, kind);
    EXPECT_NE(outcome.error().message.find("'true'"), std::string::npos) << outcome.error().message;
  }
}

TEST_F(Exec, SignalsWeGetGoToTheCommand) {
  sigset_t blocked;
  (void)::sigemptyset(&blocked);
  (void)::sigaddset(&blocked, SIGUSR1);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &blocked, nullptr), 0);  // in both threads: only the signalfd may see it
  std::optional<int> number;
  supervise([&](Connection connection) {
    (void)connection.hear();
    connection.say({.kind = Message::kStarted, .command = 9});
    (void)::kill(::getpid(), SIGUSR1);
    if (const auto heard = connection.hear(); heard && heard->packet.kind == Message::kSignal) {
      number = heard->packet.command == 9 ? heard->packet.value : -1;
    }
    connection.say({.kind = Message::kExited, .command = 9, .value = 0});
  });
  ASSERT_TRUE(execute_in(running_, request()));
  supervisor_.join();
  EXPECT_EQ(number, SIGUSR1);
}

TEST_F(Exec, MessagesThatMakeNoSenseEndIt) {
  supervise([](Connection connection) {
    (void)connection.hear();
    connection.say({.kind = Message::kCloned});
  });
  EXPECT_FALSE(execute_in(running_, request()));
}

TEST_F(Exec, ACommandThatIsTooLongIsRefusedBeforeItIsSent) {
  plan::ExecRequest huge = request();
  huge.environment.push_back("B=" + std::string(plan::kPacketPayloadLimit, 'x'));
  supervise([](Connection connection) { (void)connection.hear(); });
  const auto outcome = execute_in(running_, huge);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::kInvalid);
}

TEST_F(Exec, WithoutASupervisorThereIsAnError) {
  listening_.reset();
  EXPECT_FALSE(execute_in(running_, request()));
}

TEST_F(Exec, ASignalIsSentToThePlansOwnCommand) {
  std::optional<Packet> seen;
  supervise([&](Connection connection) {
    if (auto heard = connection.hear()) seen = heard->packet;
  });
  ASSERT_TRUE(signal_instance(running_, SIGTERM, false));
  supervisor_.join();
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->kind, Message::kSignal);
  EXPECT_EQ(seen->command, 0U);
  EXPECT_EQ(seen->value, SIGTERM);
}

}  // namespace
}  // namespace hutch::host
