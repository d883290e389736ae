// Refused destinations in a network that has a way to them: a veth pair whose other end leads nowhere.
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "base/text.h"
#include "launch_fixture.h"
#include "os/process.h"
#include "os/socket.h"

namespace hutch::test {
namespace {

using plan::Message;
using plan::NetworkRule;
using plan::Packet;

NetworkRule rule(const char* address, unsigned prefix, bool allow = false) {
  return {.ipv6 = std::strchr(address, ':') != nullptr,
          .address = address,
          .prefix = static_cast<std::uint8_t>(prefix),
          .allow = allow};
}

// Runs ip(8) in the network of `init`, as the owner of its user namespace may from outside.
void run_ip(pid_t init, const std::string& command) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto pidfd = os::open_pidfd(init);
    if (!pidfd || ::setns(pidfd->get(), CLONE_NEWUSER | CLONE_NEWNET) != 0) ::_exit(100);
    // An exec keeps capabilities of a user other than root only as ambient ones (capabilities(7)).
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct sets[2] = {};
    (void)::syscall(SYS_capget, &header, sets);
    sets[0].inheritable = sets[0].permitted;
    (void)::syscall(SYS_capset, &header, sets);
    (void)::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_ADMIN, 0, 0);
    const std::string line = "PATH=/usr/sbin:/sbin:/usr/bin:/bin exec ip " + command;
    (void)::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    ::_exit(101);
  }
  int status = -1;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << command;
}

// Runs `words` in a sandbox with these rules, after `commands` have given its network devices and routes (as the
// owner of its user namespace, from outside, while it waits for its helpers).
Seen peek_network(const std::vector<NetworkRule>& rules, const std::vector<std::string>& commands,
                  const std::vector<std::string>& words) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.network_rules = rules;
  sandbox.steps.emplace_back(plan::AwaitHelpers{});
  set_words(sandbox, words);
  auto pair = std::move(*os::make_packet_pair());
  Options options;
  options.coordinator = std::move(pair.right);
  options.gives_front_end = true;
  Launched launched(sandbox, std::move(options));
  (void)os::receive_packet(pair.left.get(), sizeof(Packet));
  const pid_t init = launched.init();
  // The maps are the first thing PID 1 writes; joining before would fail.
  EXPECT_TRUE(eventually([&] {
    return !content_of(*HostPath::parse(text::format("/proc/%d/uid_map", init))).empty() &&
           !content_of(*HostPath::parse(text::format("/proc/%d/gid_map", init))).empty();
  }));
  for (const std::string& command : commands) run_ip(init, command);
  Packet ready;
  ready.kind = Message::kReady;
  EXPECT_TRUE(os::send_packet(pair.left.get(), {reinterpret_cast<const char*>(&ready), sizeof ready}));
  Seen seen;
  seen.status = launched.wait();
  seen.output = launched.output();
  seen.errors = launched.errors();
  return seen;
}

const std::vector<std::string> kWayEverywhere = {
    "link add uplink type veth peer name far",
    "link set far up",
    "link set uplink up",
    "addr add 192.0.2.10/24 dev uplink",
    "route add default via 192.0.2.1",
    "-6 addr add 2001:db8::10/64 dev uplink nodad",
    "-6 route add default via 2001:db8::1",
};

const std::vector<NetworkRule> kRules = {
    rule("10.0.0.0", 8),  rule("10.5.0.3", 32, true),  rule("192.168.0.0", 16), rule("169.254.0.0", 16),
    rule("224.0.0.0", 4), rule("255.255.255.255", 32), rule("fc00::", 7),       rule("fd00::53", 128, true),
    rule("fe80::", 10),   rule("ff00::", 8),
};

TEST(LaunchNetwork, RefusedDestinationsCannotBeReachedOthersCan) {
  const Seen result = peek_network(
      kRules, kWayEverywhere,
      {"net", "10.1.2.3",    "--", "net", "10.5.0.3",      "--", "net", "10.5.0.4",    "--", "net", "192.168.1.1", "--",
       "net", "169.254.1.1", "--", "net", "198.51.100.7",  "--", "net", "224.0.0.251", "--", "net", "fd12::1",     "--",
       "net", "fd00::53",    "--", "net", "2001:db8:1::7", "--", "net", "127.0.0.1"});
  ASSERT_EQ(result.status, 0) << result.output << result.errors;
  for (const char* const refused : {"10.1.2.3", "10.5.0.4", "192.168.1.1", "169.254.1.1", "224.0.0.251"}) {
    EXPECT_EQ(result.one(std::string("net ") + refused), "EPERM") << refused;
  }
  EXPECT_EQ(result.one("net fd12::1"), "ENETUNREACH");  // the routing rule speaks before the policy
  for (const char* const allowed : {"10.5.0.3", "198.51.100.7", "fd00::53", "2001:db8:1::7", "127.0.0.1"}) {
    EXPECT_EQ(result.one(std::string("net ") + allowed), "ok") << allowed;
  }
}

TEST(LaunchNetwork, BindingToADeviceIsNoWayAround) {
  // The way past route-based refusals.
  const Seen result = peek_network(kRules, kWayEverywhere,
                                   {"net", "10.1.2.3", "9", "udp", "uplink", "--", "net", "10.1.2.3", "9", "tcp",
                                    "uplink", "--", "net", "fd12::1", "9", "udp", "uplink"});
  EXPECT_EQ(result.all("net 10.1.2.3"), (std::vector<std::string>{"EPERM", "EPERM"})) << result.errors;
  EXPECT_EQ(result.one("net fd12::1"), "ENETUNREACH");
}

TEST(LaunchNetwork, ARefusalThatDoesNotHoldStopsTheRun) {
  std::vector<std::string> commands = kWayEverywhere;
  commands.emplace_back("xfrm policy flush");
  const Seen result = peek_network({rule("198.51.100.1", 32, true), rule("10.0.0.0", 8)}, commands, {"say", "it ran"});
  EXPECT_EQ(result.output, text::format("--report %d 1 %d\n", static_cast<int>(plan::Stage::kNetworkProbe), EISCONN));
}

TEST(LaunchNetwork, ManyRulesAreAppliedAndEachIsNamedWhenItFails) {
  plan::Sandbox sandbox = small_sandbox();
  for (int index = 0; index < 200; ++index) {
    sandbox.network_rules.push_back(rule(text::format("10.%d.0.0", index).c_str(), 16));
  }
  EXPECT_EQ(peek(sandbox, {"exit", "2"}).status, 2);
  sandbox.network_rules[150] = sandbox.network_rules[3];  // the kernel refuses a second policy for one selector
  Options options;
  options.gives_front_end = true;
  EXPECT_EQ(peek(sandbox, {"say", "it ran"}, std::move(options)).output,
            text::format("--report %d 150 %d\n", static_cast<int>(plan::Stage::kNetworkRule), EEXIST));
}

TEST(LaunchNetwork, RulesOnTheHostsNetworkStopTheRun) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.namespaces.network = false;
  sandbox.network_rules = {rule("10.0.0.0", 8)};
  EXPECT_EQ(peek(sandbox, {"say", "it ran"}).status, 125);
}

}  // namespace
}  // namespace hutch::test
