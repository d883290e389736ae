#include "core/compose/environment.h"

#include <gtest/gtest.h>

#include "fake_host.h"
#include "steps.h"

namespace hutch::compose {
namespace {

using test::FakeHost;
using test::launch_of;
using test::profile_of;
using test::variable;

plan::Plan plan_of(const FakeHost& host, const std::vector<std::string>& flags,
                   profile::Rank rank = profile::Rank::kUser) {
  auto plan = host.compose(profile_of(flags, rank), {}, launch_of("/usr/bin/true"));
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().describe());
  return plan ? *plan : plan::Plan();
}

TEST(Environment, IsBuiltFromNothing) {
  FakeHost host = FakeHost::desktop();
  host.facts.environment["GITHUB_TOKEN"] = "secret";
  host.facts.environment["SSH_AUTH_SOCK"] = "/run/user/1000/keyring/ssh";
  host.facts.environment["LC_TIME"] = "de_DE.UTF-8";
  const auto plan = plan_of(host, {});
  EXPECT_EQ(variable(plan, "GITHUB_TOKEN"), "(unset)");
  EXPECT_EQ(variable(plan, "SSH_AUTH_SOCK"), "(unset)");
  EXPECT_EQ(variable(plan, "LC_TIME"), "de_DE.UTF-8");
  EXPECT_EQ(variable(plan, "HOME"), "/home/alice");
  EXPECT_EQ(variable(plan, "XDG_RUNTIME_DIR"), "/run/user/1000");
  EXPECT_EQ(variable(plan, "container"), "hutch");
  EXPECT_EQ(variable(plan, "SHELL"), "/bin/bash");
}

TEST(Environment, GrantsSetInheritAndUnset) {
  FakeHost host = FakeHost::desktop();
  host.facts.environment["API_KEY"] = "k=v";
  profile::Profile profile = profile_of({"env=EDITOR=vi", "unset-env=LANG"});
  profile.grants.push_back({.kind = profile::Kind::kEnvironment, .name = "API_KEY", .access = "inherit"});
  EXPECT_EQ(compose::wanted_variables(profile), std::vector<std::string>{"API_KEY"});
  const auto plan = host.compose(profile, {}, launch_of("/usr/bin/true"));
  ASSERT_TRUE(plan);
  EXPECT_EQ(variable(*plan, "EDITOR"), "vi");
  EXPECT_EQ(variable(*plan, "API_KEY"), "k=v");
  EXPECT_EQ(variable(*plan, "LANG"), "(unset)");
}

TEST(Environment, ShippedProfilesCannotLoadCodeIntoEverything) {
  const FakeHost host = FakeHost::desktop();
  for (const char* const flag : {"env=LD_PRELOAD=/x.so", "env=GCONV_PATH=/x", "env=GTK_MODULES=x"}) {
    const auto refused = host.compose(profile_of({flag}, profile::Rank::kShipped), {}, launch_of("/usr/bin/true"));
    ASSERT_FALSE(refused) << flag;
    EXPECT_EQ(refused.error().kind, ErrorKind::kDenied);
    EXPECT_TRUE(host.compose(profile_of({flag}, profile::Rank::kCommandLine), {}, launch_of("/usr/bin/true"))) << flag;
  }
}

TEST(Environment, TheBusIsNamedEvenWhenThereIsNone) {
  EXPECT_EQ(variable(plan_of(FakeHost::desktop(), {}), "DBUS_SESSION_BUS_ADDRESS"), "unix:path=/run/user/1000/bus");
}

TEST(Environment, ToolkitsAreToldWhatIsThere) {
  const FakeHost host = FakeHost::desktop();
  const auto bare = plan_of(host, {});
  EXPECT_EQ(variable(bare, "NO_AT_BRIDGE"), "1");
  EXPECT_EQ(variable(bare, "GTK_USE_PORTAL"), "(unset)");
  EXPECT_EQ(variable(bare, "GSETTINGS_BACKEND"), "keyfile");
  const auto portals = plan_of(host, {"portal=settings", "allow=a11y", "allow=ime", "talk-name=ca.desrt.dconf"});
  EXPECT_EQ(variable(portals, "NO_AT_BRIDGE"), "(unset)");
  EXPECT_EQ(variable(portals, "GTK_USE_PORTAL"), "1");
  EXPECT_EQ(variable(portals, "GSETTINGS_BACKEND"), "(unset)");
  EXPECT_EQ(variable(portals, "IBUS_USE_PORTAL"), "1");
}

}  // namespace
}  // namespace hutch::compose
