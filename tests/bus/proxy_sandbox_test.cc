// The proxy in its own small root, as the portals and a curious program see it.
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "host/bus_proxy.h"
#include "host/raw_bus.h"
#include "scene.h"

namespace hutch {
namespace {

const HostPath kLauncher = HostPath::literal(HUTCH_LAUNCH_PROGRAM);

class SandboxedProxy : public Scene {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(Scene::SetUp());
    auto helper = host::start_bus_proxy(proxy(), kLauncher, life_of_helpers_.get());
    ASSERT_TRUE(helper) << helper.error().describe();
    helper_.emplace(std::move(*helper));
    const Status ready = host::await_ready(*helper_, life_.get());
    ASSERT_TRUE(ready) << ready.error().describe();
  }
  [[nodiscard]] HostPath in_root(std::string_view path) const {
    return *HostPath::parse(text::format("/proc/%d/root", helper_->process.pid()) + std::string(path));
  }
  std::optional<host::Helper> helper_;
};

TEST_F(SandboxedProxy, CarriesTheIdentityWherePortalsLook) {
  EXPECT_EQ(os::read_file(in_root("/.flatpak-info"), 4096).value_or("unreadable"), plan_.identity->info);
}

TEST_F(SandboxedProxy, ServesItsBus) {
  auto client = host::RawBus::connect(proxy().buses.front().socket);
  ASSERT_TRUE(client) << client.error().describe();
  EXPECT_FALSE(client->own("org.example.Other"));
  EXPECT_TRUE(client->own("org.example.Player.Window"));
}

TEST_F(SandboxedProxy, SeesNothingOfTheHostButItsLibrariesAndSockets) {
  std::vector<std::string> top = *os::list_directory(in_root("/"));
  std::erase_if(top, [](const std::string& name) { return name.starts_with("lib"); });  // as the host has them
  EXPECT_EQ(top, (std::vector<std::string>{".flatpak-info", "etc", "tmp", "usr"}));
  EXPECT_EQ(*os::list_directory(in_root("/etc")), (std::vector<std::string>{"ld.so.cache"}));
  const std::string runtime = runtime_.str();
  const std::string bus = std::string(bus_->bus_socket().parent().name());
  EXPECT_EQ(*os::list_directory(in_root(runtime)), (std::vector<std::string>{"hutch", bus}));
  EXPECT_EQ(*os::list_directory(in_root(runtime + "/" + bus)), (std::vector<std::string>{"bus"}));
  EXPECT_EQ(*os::list_directory(in_root(plan_.instance_directory.str())), (std::vector<std::string>{"bus"}));
  EXPECT_EQ(*os::list_directory(in_root(plan_.instance_directory.str() + "/bus")),
            (std::vector<std::string>{"session"}));
}

TEST_F(SandboxedProxy, SharesOnlyThePidAndCgroupNamespaceWithTheHost) {
  for (const char* const name : {"user", "mnt", "net", "ipc", "uts"}) {
    struct stat ours {};
    struct stat theirs {};
    ASSERT_EQ(::stat(text::format("/proc/self/ns/%s", name).c_str(), &ours), 0);
    ASSERT_EQ(::stat(text::format("/proc/%d/ns/%s", helper_->process.pid(), name).c_str(), &theirs), 0);
    EXPECT_NE(ours.st_ino, theirs.st_ino) << name;
  }
}

TEST_F(SandboxedProxy, IsLockedDown) {
  const auto status = os::read_file(*HostPath::parse(text::format("/proc/%d/status", helper_->process.pid())), 65536);
  ASSERT_TRUE(status);
  for (const char* const line : {"CapEff:\t0000000000000000", "CapPrm:\t0000000000000000", "CapBnd:\t0000000000000000",
                                 "NoNewPrivs:\t1", "Seccomp:\t2"}) {
    EXPECT_NE(status->find(line), std::string::npos) << line << "\n" << *status;
  }
}

TEST_F(SandboxedProxy, EndsWhenTheSupervisorDoes) {
  life_.reset();
  pollfd watched{.fd = helper_->process.pidfd(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&watched, 1, 5000), 1);
}

class FailingProxy : public Scene {};

TEST_F(FailingProxy, SaysWhyItEndedEarly) {
  proxy().sandbox.command.arguments = {"xdg-dbus-proxy", "--fd=10", "unix:path=/nonexistent", "/nonexistent/socket"};
  auto helper = host::start_bus_proxy(proxy(), kLauncher, life_of_helpers_.get());
  ASSERT_TRUE(helper);
  const Status ready = host::await_ready(*helper, life_.get());
  ASSERT_FALSE(ready);
  EXPECT_TRUE(ready.error().describe().starts_with("'xdg-dbus-proxy' ended early: ")) << ready.error().describe();
  EXPECT_NE(ready.error().describe().find("/nonexistent"), std::string::npos) << ready.error().describe();
}

}  // namespace
}  // namespace hutch
