// hutch-coordinator beside a supervisor that the test plays.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/json.h"
#include "base/text.h"
#include "core/instance/record.h"
#include "core/plan/wire.h"
#include "host/raw_bus.h"
#include "os/memfile.h"
#include "os/pipe.h"
#include "os/socket.h"
#include "scene.h"

namespace hutch {
namespace {

using plan::Message;

constexpr int kTimeout = 20000;  // milliseconds; longer than the coordinator's own

class Coordinator : public Scene {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(Scene::SetUp());
    auto init = os::Process::spawn({.program = HostPath::literal("/bin/sleep"), .arguments = {"sleep", "600"}});
    ASSERT_TRUE(init);
    init_.emplace(std::move(*init));
  }

  void start() {
    auto encoded = os::make_sealed_file("plan", plan::encode(plan_));
    auto words = os::make_pipe();
    auto pair = os::make_packet_pair();
    ASSERT_TRUE(encoded && words && pair);
    auto process = os::Process::spawn({.program = HostPath::literal(HUTCH_COORDINATOR_PROGRAM),
                                       .arguments = {"hutch-coordinator", "coordinate", runtime_.str()},
                                       .environment = {"LC_ALL=C.UTF-8"},
                                       .descriptors = {{words->write.get(), STDERR_FILENO},
                                                       {pair->right.get(), plan::kCoordinatorSocket},
                                                       {life_.get(), plan::kCoordinatorLife},
                                                       {life_of_helpers_.get(), plan::kCoordinatorLifeChild}}});
    ASSERT_TRUE(process);
    process_.emplace(std::move(*process));
    socket_ = std::move(pair->left);
    words_ = std::move(words->read);
    plan::Packet packet;
    packet.kind = Message::kPlan;
    const int descriptor = encoded->get();
    ASSERT_TRUE(
        os::send_packet(socket_.get(), {reinterpret_cast<const char*>(&packet), sizeof packet}, {&descriptor, 1}));
  }

  void tell_cloned() { tell_cloned(init_->pid()); }
  void tell_cloned(pid_t pid) {
    plan::Packet packet;
    packet.kind = Message::kCloned;
    packet.value = pid;
    ASSERT_TRUE(os::send_packet(socket_.get(), {reinterpret_cast<const char*>(&packet), sizeof packet}));
  }

  // The next thing the coordinator says; absent when it hung up.
  std::optional<Message> hear() {
    pollfd watched{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&watched, 1, kTimeout), 1) << "the coordinator says nothing";
    const auto received = os::receive_packet(socket_.get(), sizeof(plan::Packet));
    plan::Packet packet;
    if (!received || received->bytes.size() != sizeof packet) return std::nullopt;
    std::memcpy(&packet, received->bytes.data(), sizeof packet);
    return packet.kind;
  }

  // Its exit status, and what it printed.
  int end() {
    const auto text = os::read_all(words_.get(), 65536);
    printed_ = text.value_or("");
    const auto ending = process_->wait();
    return ending && !ending->was_signalled ? ending->value : -1;
  }

  bool serves() const { return host::RawBus::connect(plan_.instance_directory / "bus/session").has_value(); }

  std::optional<os::Process> init_;
  std::optional<os::Process> process_;
  os::Fd socket_;
  os::Fd words_;
  std::string printed_;
};

TEST_F(Coordinator, MakesEverythingReadyAndLeavesIt) {
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(tell_cloned());
  EXPECT_EQ(hear(), Message::kReady);
  EXPECT_EQ(end(), 0);
  EXPECT_EQ(printed_, "");
  EXPECT_TRUE(serves());

  const HostPath portal = runtime_ / ".flatpak/playerab1";
  EXPECT_EQ(*os::list_directory(portal), (std::vector<std::string>{"bwrapinfo.json", "info", "pid"}));
  const auto info = parse_json(os::read_file(portal / "bwrapinfo.json", 4096).value_or(""));
  ASSERT_TRUE(info);
  EXPECT_EQ((*info)["child-pid"], init_->pid());

  const auto record =
      instance::parse_record(os::read_file(plan_.instance_directory / "record.json", 65536).value_or(""));
  ASSERT_TRUE(record) << record.error().describe();
  EXPECT_EQ(record->init, init_->pid());
  EXPECT_EQ(record->scope, "");
  EXPECT_TRUE(record->warnings.empty());
}

TEST_F(Coordinator, TheHelpersEndWithTheSupervisor) {
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(tell_cloned());
  ASSERT_EQ(hear(), Message::kReady);
  EXPECT_EQ(end(), 0);
  auto client = host::RawBus::connect(plan_.instance_directory / "bus/session");
  ASSERT_TRUE(client);
  life_.reset();  // the coordinator's copy is gone already: this is the last
  const auto message = client->receive(std::chrono::milliseconds(kTimeout));
  while (message && *message) {
    if (!client->receive(std::chrono::milliseconds(kTimeout))) break;
  }
  EXPECT_FALSE(serves());
}

TEST_F(Coordinator, ADeadBusAbortsWithOneLineAndLeavesNothing) {
  proxy().sandbox.command.arguments = {"xdg-dbus-proxy", "--fd=10", "unix:path=/nonexistent", "/nonexistent/socket"};
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(tell_cloned());
  EXPECT_EQ(hear(), Message::kAbort);
  EXPECT_EQ(end(), 1);
  EXPECT_TRUE(printed_.starts_with("hutch: 'xdg-dbus-proxy' ended early: ")) << printed_;
  EXPECT_FALSE(os::exists(runtime_ / ".flatpak/playerab1"));
}

TEST_F(Coordinator, AMissingProgramAbortsBeforeTheCloneIsHeardOf) {
  proxy().sandbox.command.program = "/nonexistent/xdg-dbus-proxy";
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(tell_cloned());
  EXPECT_EQ(hear(), Message::kAbort);
  EXPECT_EQ(end(), 1);
  EXPECT_NE(printed_, "");
}

TEST_F(Coordinator, ASupervisorThatVanishesIsNotTalkedOver) {
  ASSERT_NO_FATAL_FAILURE(start());
  socket_.reset();
  EXPECT_EQ(end(), 0);
  EXPECT_EQ(printed_, "");
  EXPECT_FALSE(serves());
  EXPECT_FALSE(os::exists(runtime_ / ".flatpak/playerab1"));
}

TEST_F(Coordinator, AScopeWithoutAUserManagerAborts) {
  plan_.scope = plan::Scope{.name = "app-hutch-org.example.Player-playerab1.scope"};
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(tell_cloned());
  EXPECT_EQ(hear(), Message::kAbort);
  EXPECT_EQ(end(), 1);
  EXPECT_NE(printed_.find("cannot reach the user manager at"), std::string::npos) << printed_;
  EXPECT_NE(printed_.find("\nhint: "), std::string::npos) << printed_;
  EXPECT_FALSE(serves());
  EXPECT_FALSE(os::exists(runtime_ / ".flatpak/playerab1"));
}

TEST_F(Coordinator, WithoutADocumentPortalTheRunGoesOnAndSaysSo) {
  plan_.helpers.emplace_back(plan::Documents{});
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(tell_cloned());
  EXPECT_EQ(hear(), Message::kReady);
  EXPECT_EQ(end(), 0);
  EXPECT_TRUE(printed_.starts_with("hutch: warning: files picked in dialogs will not open: ")) << printed_;
  EXPECT_TRUE(os::exists(runtime_ / "doc/by-app/org.example.Player"));
  const auto record =
      instance::parse_record(os::read_file(plan_.instance_directory / "record.json", 65536).value_or(""));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->warnings.size(), 1u);
}

TEST_F(Coordinator, ACloneWithoutAPidAborts) {
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(tell_cloned(0));
  EXPECT_EQ(hear(), Message::kAbort);
  EXPECT_EQ(end(), 1);
  EXPECT_NE(printed_.find("makes no sense"), std::string::npos) << printed_;
}

TEST_F(Coordinator, ADeadCompositorAborts) {
  plan_.helpers.emplace_back(plan::WaylandContext{.compositor = runtime_ / "wayland-9",
                                                  .socket = plan_.instance_directory / "wayland/socket"});
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(tell_cloned());
  EXPECT_EQ(hear(), Message::kAbort);
  EXPECT_EQ(end(), 1);
  EXPECT_NE(printed_.find("wayland-9"), std::string::npos) << printed_;
  EXPECT_FALSE(serves());
}

// A process in a user namespace of its own, whose maps somebody else has to write.
std::optional<os::Process> start_unmapped() {
  auto process = os::Process::spawn(
      {.program = HostPath::literal("/usr/bin/unshare"), .arguments = {"unshare", "--user", "sleep", "600"}});
  EXPECT_TRUE(process);
  if (!process) return std::nullopt;
  const auto namespace_of = [](const std::string& who) {
    struct stat status {};
    return ::stat(("/proc/" + who + "/ns/user").c_str(), &status) == 0 ? status.st_ino : 0;
  };
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (namespace_of(std::to_string(process->pid())) == namespace_of("self")) {
    EXPECT_LT(std::chrono::steady_clock::now(), deadline);
    if (std::chrono::steady_clock::now() > deadline) return std::nullopt;
    ::sched_yield();
  }
  return std::optional(std::move(*process));
}

TEST_F(Coordinator, IdRangesAreMappedBeforeTheFirstBarrier) {
  const auto facts = host::probe();
  ASSERT_TRUE(facts);
  if (facts->subordinate_uids.empty() || facts->subordinate_gids.empty()) {
    GTEST_SKIP() << "the user has no subordinate ids (/etc/subuid)";
  }
  init_ = start_unmapped();
  ASSERT_TRUE(init_);
  plan_.sandbox.namespaces.uid_ranges = {{.inside = 0, .outside = facts->subordinate_uids[0].outside, .count = 5},
                                         {.inside = 1000, .outside = facts->user.uid, .count = 1}};
  plan_.sandbox.namespaces.gid_ranges = {{.inside = 1000, .outside = facts->user.gid, .count = 1}};
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(tell_cloned());
  ASSERT_EQ(hear(), Message::kMapped);
  const auto map = [&](const char* file) {
    const auto path = HostPath::parse(text::format("/proc/%d/%s", init_->pid(), file));
    std::string flat = os::read_file(*path, 4096).value_or("");
    flat.erase(std::unique(flat.begin(), flat.end(), [](char a, char b) { return a == ' ' && b == ' '; }), flat.end());
    return flat;
  };
  EXPECT_EQ(map("uid_map"), text::format(" 0 %u 5\n 1000 %u 1\n", facts->subordinate_uids[0].outside, facts->user.uid));
  EXPECT_EQ(map("gid_map"), text::format(" 1000 %u 1\n", facts->user.gid));
  EXPECT_EQ(hear(), Message::kReady);
  EXPECT_EQ(end(), 0);
}

TEST_F(Coordinator, AForeignIdRangeIsRefused) {
  init_ = start_unmapped();
  ASSERT_TRUE(init_);
  plan_.sandbox.namespaces.uid_ranges = {{.inside = 0, .outside = 0, .count = 1}};  // the host's root
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_NO_FATAL_FAILURE(tell_cloned());
  EXPECT_EQ(hear(), Message::kAbort);
  EXPECT_EQ(end(), 1);
  EXPECT_NE(printed_.find("hutch: 'newuidmap' refused the id map"), std::string::npos) << printed_;
}

struct Words {
  int status = -1;
  std::string output;
};

Words ask(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "hutch-coordinator");
  const auto captured = os::run_and_capture(
      {.program = HostPath::literal(HUTCH_COORDINATOR_PROGRAM),
       .arguments = std::move(arguments),
       .environment = {"XDG_DATA_HOME=/nonexistent", "XDG_DATA_DIRS=/nonexistent", "XDG_RUNTIME_DIR=/nonexistent"}},
      65536);
  EXPECT_TRUE(captured);
  if (!captured) return {};
  return {.status = captured->ending.value, .output = captured->output};
}

TEST(Answers, WrongQuestionsAreUsageErrors) {
  for (const std::vector<std::string>& question : {std::vector<std::string>{},
                                                   {"unknown"},
                                                   {"doctor", "extra"},
                                                   {"documents"},
                                                   {"documents", "org.x.App", "/f"}}) {
    EXPECT_EQ(ask(question).status, 2);
  }
  EXPECT_EQ(ask({"documents", "no-dots"}).status, 1);
}

TEST(Answers, AnAbsentDesktopEntryIsAnEmptyObject) {
  const Words words = ask({"desktop-entry", "org.example.None"});
  EXPECT_EQ(words.status, 0);
  EXPECT_EQ(*parse_json(words.output), Json::object());
}

TEST(Answers, TheDoctorLooksAtEverythingWhereNothingWorks) {
  const Words words = ask({"doctor"});
  EXPECT_EQ(words.status, 0);
  const auto json = parse_json(words.output);
  ASSERT_TRUE(json);
  std::vector<std::string> names;
  for (const Json& seen : (*json)["observations"]) names.push_back(seen["name"]);
  for (const char* const name : {"user-manager", "session-bus", "bus-proxy-reply"}) {
    EXPECT_NE(std::ranges::find(names, name), names.end()) << name;
  }
}

}  // namespace
}  // namespace hutch
