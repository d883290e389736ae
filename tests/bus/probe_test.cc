// The self-test of `doctor` on the installed proxy, and the private bus it runs on.
#include <gtest/gtest.h>

#include "host/private_bus.h"
#include "host/proxy_probe.h"
#include "host/raw_bus.h"
#include "host/user_bus.h"
#include "os/file.h"

namespace hutch::host {
namespace {

const HostPath kTmp = HostPath::literal("/tmp");
const HostPath kProxy = HostPath::literal("/usr/bin/xdg-dbus-proxy");

TEST(ProxyProbe, ComesToAVerdictOnEveryPromise) {
  const auto observations = probe_bus_proxy(kProxy, kTmp);
  std::vector<std::string> names;
  for (const auto& seen : observations) {
    names.push_back(seen.name);
    EXPECT_NE(seen.verdict, doctor::Verdict::kUnknown) << seen.name << ": " << seen.detail;
    // Which of the others hold depends on the distribution's updates; this one no version has broken.
    if (seen.name == "bus-proxy-path") {
      EXPECT_EQ(seen.verdict, doctor::Verdict::kWorks);
    }
  }
  EXPECT_EQ(names, (std::vector<std::string>{"bus-proxy-sasl", "bus-proxy-eavesdrop", "bus-proxy-broadcast",
                                             "bus-proxy-reply", "bus-proxy-path"}));
}

// A "proxy" that connects both sides without looking: what the probes are there to notice.
TEST(ProxyProbe, SeesThroughAProxyThatFiltersNothing) {
  const auto observations = probe_bus_proxy(HostPath::literal(OPEN_PROXY), kTmp);
  ASSERT_EQ(observations.size(), 5u);
  for (const auto& seen : observations) {
    const auto expected = seen.name == "bus-proxy-sasl" ? doctor::Verdict::kWorks : doctor::Verdict::kBroken;
    EXPECT_EQ(seen.verdict, expected) << seen.name << ": " << seen.detail;
  }
}

TEST(ProxyProbe, AProgramThatDoesNotStartIsUnknownWithItsReason) {
  for (const auto& seen : probe_bus_proxy(HostPath::literal("/bin/false"), kTmp)) {
    EXPECT_EQ(seen.verdict, doctor::Verdict::kUnknown);
    EXPECT_EQ(seen.detail, "'xdg-dbus-proxy' ended early: status 1");
  }
}

TEST(PrivateBus, LeavesNothingBehind) {
  HostPath socket;
  {
    auto bus = PrivateBus::start(kTmp);
    ASSERT_TRUE(bus) << bus.error().describe();
    socket = bus->bus_socket();
    EXPECT_TRUE(os::exists(socket));
    auto connection = UserBus::open("unix:path=" + socket.str());
    ASSERT_TRUE(connection);
    EXPECT_EQ(connection->is_activatable("org.freedesktop.DBus").value_or(false), true);
    EXPECT_EQ(connection->is_activatable("org.example.None").value_or(true), false);
  }
  EXPECT_FALSE(os::exists(socket.parent()));
}

TEST(UserBus, ADeadAddressIsAnErrorThatNamesIt) {
  const auto bus = UserBus::open("unix:path=/nonexistent/bus");
  ASSERT_FALSE(bus);
  EXPECT_EQ(bus.error().describe(), "cannot reach the bus at 'unix:path=/nonexistent/bus': No such file or directory");
  const auto manager = UserBus::open_user_manager(HostPath::literal("/nonexistent"));
  ASSERT_FALSE(manager);
  EXPECT_FALSE(manager.error().hint.empty());
}

}  // namespace
}  // namespace hutch::host
