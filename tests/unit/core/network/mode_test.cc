#include "core/network/mode.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/network/addresses.h"

namespace hutch::network {
namespace {

using profile::Kind;

facts::Facts host() {
  facts::Facts facts;
  facts.programs.pasta = HostPath::literal("/usr/bin/pasta");
  facts.kernel.has_xfrm = true;
  facts.has_default_route = true;
  facts.host_addresses = {"127.0.0.1", "192.168.7.10"};
  facts.dns_servers = {"192.168.7.1"};
  facts.dns_search = {"lan", "example.org"};
  return facts;
}

profile::Profile with_mode(const char* mode) {
  profile::Profile profile;
  profile.grants.push_back({.kind = Kind::kNetwork, .name = "network", .access = mode});
  return profile;
}

// The word behind an option; empty when it is not there.
std::string value_of(const NetworkPlan& plan, const char* option) {
  const auto& words = plan.pasta->arguments;
  const auto found = std::ranges::find(words, option);
  return found == words.end() || found + 1 == words.end() ? "" : *(found + 1);
}

bool has_option(const NetworkPlan& plan, const char* option) {
  return std::ranges::find(plan.pasta->arguments, option) != plan.pasta->arguments.end();
}

TEST(NetworkMode, NothingGrantedIsNone) {
  const auto plan = plan_network({}, {});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->mode, "none");
  EXPECT_TRUE(plan->own_namespace);
  EXPECT_TRUE(plan->rules.empty());
  EXPECT_FALSE(plan->pasta);
  EXPECT_EQ(plan->resolv_conf, "");
}

TEST(NetworkMode, HostKeepsTheHostsNamespaceAndResolvers) {
  const auto plan = plan_network(with_mode("host"), host());
  ASSERT_TRUE(plan);
  EXPECT_FALSE(plan->own_namespace);
  EXPECT_FALSE(plan->pasta);
  EXPECT_TRUE(plan->rules.empty());
  EXPECT_NE(plan->resolv_conf.find("nameserver 192.168.7.1\n"), std::string::npos);
}

TEST(NetworkMode, PrivateForwardsNothingAndRefusesTheHostsLoopback) {
  const auto plan = plan_network(with_mode("private"), host());
  ASSERT_TRUE(plan);
  EXPECT_TRUE(plan->own_namespace);
  EXPECT_EQ(plan->rules, refuse_host_loopback());
  ASSERT_TRUE(plan->pasta);
  EXPECT_EQ(plan->pasta->program, "/usr/bin/pasta");
  for (const char* const option : {"--config-net", "--no-map-gw", "--foreground"}) {
    EXPECT_TRUE(has_option(*plan, option)) << option;
  }
  for (const char* const option : {"--tcp-ports", "--udp-ports", "--tcp-ns", "--udp-ns"}) {
    EXPECT_EQ(value_of(*plan, option), "none") << option;
  }
  EXPECT_EQ(value_of(*plan, "--dns-forward"), kNameServer);
  EXPECT_FALSE(has_option(*plan, "--ipv4-only"));
  EXPECT_EQ(plan->resolv_conf,
            "# Written by hutch for this sandbox.\nsearch lan example.org\nnameserver 192.0.0.53\noptions edns0\n");
}

TEST(NetworkMode, ShareMeansPrivate) {
  const auto plan = plan_network(with_mode("share"), host());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->mode, "private");
}

TEST(NetworkMode, InternetAndLanHaveTheirRules) {
  const auto internet = plan_network(with_mode("internet"), host());
  const auto lan = plan_network(with_mode("lan"), host());
  ASSERT_TRUE(internet && lan);
  EXPECT_EQ(internet->rules, refuse_local(host().host_addresses));
  EXPECT_EQ(lan->rules, refuse_remote(host().host_addresses));
}

TEST(NetworkMode, AnOfflineHostGetsAnAddressMadeUp) {
  facts::Facts facts = host();
  facts.has_default_route = false;
  const auto plan = plan_network(with_mode("private"), facts);
  ASSERT_TRUE(plan);
  EXPECT_EQ(value_of(*plan, "--address"), "169.254.2.1");
  EXPECT_EQ(value_of(*plan, "--gateway"), "169.254.2.2");
  EXPECT_EQ(value_of(*plan, "--interface"), "lo");
}

TEST(NetworkMode, PublishedPortsAreForwarded) {
  profile::Profile profile = with_mode("private");
  profile.grants.push_back({.kind = Kind::kPublish, .name = "8080:80"});
  profile.grants.push_back({.kind = Kind::kPublish, .name = "8443:443"});
  const auto plan = plan_network(profile, host());
  ASSERT_TRUE(plan);
  EXPECT_EQ(value_of(*plan, "--tcp-ports"), "127.0.0.1/8080:80,8443:443");
  EXPECT_EQ(value_of(*plan, "--udp-ports"), "none");
}

TEST(NetworkMode, PortsNeedAStackOfTheirOwn) {
  for (const char* const mode : {"none", "host"}) {
    profile::Profile profile = with_mode(mode);
    profile.grants.push_back({.kind = Kind::kPublish, .name = "8080:80"});
    const auto plan = plan_network(profile, host());
    ASSERT_FALSE(plan) << mode;
    EXPECT_EQ(plan.error().kind, ErrorKind::kInvalid);
    EXPECT_NE(plan.error().message.find("8080:80"), std::string::npos);
    EXPECT_NE(plan.error().hint, "");
  }
}

TEST(NetworkMode, WithoutPastaThePackageIsNamed) {
  facts::Facts facts = host();
  facts.programs.pasta.reset();
  const auto plan = plan_network(with_mode("private"), facts);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(plan.error().hint.find("passt"), std::string::npos);
}

TEST(NetworkMode, WithoutXfrmThereIsNoWallAndNoRun) {
  facts::Facts facts = host();
  facts.kernel.has_xfrm = false;
  for (const char* const mode : {"private", "internet", "lan"}) {
    const auto plan = plan_network(with_mode(mode), facts);
    ASSERT_FALSE(plan) << mode;
    EXPECT_EQ(plan.error().kind, ErrorKind::kUnavailable);
  }
  EXPECT_TRUE(plan_network(with_mode("none"), facts));
  EXPECT_TRUE(plan_network(with_mode("host"), facts));
}

TEST(NetworkMode, ResolversOfIpv6AloneAreAskedDirectly) {
  facts::Facts facts = host();
  facts.dns_servers = {"fe80::1%eth0", "2001:db8::53"};
  const auto plan = plan_network(with_mode("lan"), facts);
  ASSERT_TRUE(plan);
  EXPECT_NE(plan->resolv_conf.find("nameserver 2001:db8::53\n"), std::string::npos);
  const plan::NetworkRule exception{.ipv6 = true, .address = "2001:db8::53", .prefix = 128, .allow = true};
  EXPECT_EQ(std::ranges::count(plan->rules, exception), 1);
}

TEST(NetworkMode, UnknownModesAreRefused) {
  EXPECT_FALSE(plan_network(with_mode("public"), host()));
}

}  // namespace
}  // namespace hutch::network
