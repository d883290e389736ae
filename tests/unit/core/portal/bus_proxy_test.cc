#include <gtest/gtest.h>

#include <algorithm>

#include "core/portal/bus_rules.h"
#include "core/portal/identity.h"
#include "samples.h"

namespace hutch::portal {
namespace {

using profile::Kind;

const HostPath kInstance = HostPath::literal("/run/user/1000/hutch/gedita");

Result<std::optional<plan::BusProxy>> proxy_for(const profile::Profile& profile, const facts::Facts& facts) {
  return bus_proxy_for(profile, facts, kInstance, identity_for(profile, facts, *InstanceId::parse("gedita")));
}

template <class Step>
std::vector<Step> steps_of(const plan::Sandbox& sandbox) {
  std::vector<Step> result;
  for (const plan::Step& step : sandbox.steps) {
    if (const Step* const found = std::get_if<Step>(&step)) result.push_back(*found);
  }
  return result;
}

TEST(BusProxy, OneProcessServesAllBusesAndSeesNothingElse) {
  const auto profile = sample_profile({grant(Kind::kPortal, "settings"), grant(Kind::kFeature, "bluetooth")});
  const auto result = proxy_for(profile, sample_facts());
  ASSERT_TRUE(result && *result);
  const plan::BusProxy& proxy = **result;
  ASSERT_EQ(proxy.buses.size(), 2u);
  EXPECT_EQ(proxy.buses[0].socket.str(), "/run/user/1000/hutch/gedita/bus/session");
  EXPECT_EQ(proxy.buses[1].address, "unix:path=/run/dbus/system_bus_socket");

  std::vector<std::string> shown;
  for (const plan::Bind& bind : steps_of<plan::Bind>(proxy.sandbox)) {
    shown.push_back(bind.source.str() + (bind.access == plan::BindAccess::kReadWrite ? " rw" : " ro") +
                    (bind.identity ? "" : " own"));
    EXPECT_EQ(bind.source.str(), bind.target.str());
  }
  EXPECT_EQ(shown,
            (std::vector<std::string>{"/usr ro", "/etc/ld.so.cache ro", "/run/user/1000/bus ro",
                                      "/run/dbus/system_bus_socket ro", "/run/user/1000/hutch/gedita/bus rw own"}));
  const auto links = steps_of<plan::Symlink>(proxy.sandbox);
  ASSERT_EQ(links.size(), 2u);
  EXPECT_EQ(links[0].target.str(), "/lib");
  EXPECT_EQ(links[1].target.str(), "/lib64");
  EXPECT_TRUE(steps_of<plan::Proc>(proxy.sandbox).empty());
}

TEST(BusProxy, TheIdentityFileStaysInTheSealedRoot) {
  const auto result = proxy_for(sample_profile({grant(Kind::kPortal, "settings")}), sample_facts());
  ASSERT_TRUE(result && *result);
  const auto files = steps_of<plan::File>((*result)->sandbox);
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].target.str(), "/.flatpak-info");
  EXPECT_NE(files[0].content.find("instance-id=gedita\n"), std::string::npos);
  EXPECT_EQ((*result)->sandbox.steps.back(), plan::Step(plan::Seal{}));
}

TEST(BusProxy, TheCommandListsEachBusWithItsRules) {
  const auto result =
      proxy_for(sample_profile({grant(Kind::kSessionBus, "org.a.Talk", "talk"), grant(Kind::kSocket, "system-bus")}),
                sample_facts());
  ASSERT_TRUE(result && *result);
  const plan::Sandbox& sandbox = (*result)->sandbox;
  EXPECT_EQ(sandbox.command.program, "/usr/bin/xdg-dbus-proxy");
  EXPECT_EQ(sandbox.command.arguments,
            (std::vector<std::string>{"xdg-dbus-proxy", "--fd=10", "unix:path=/run/user/1000/bus",
                                      "/run/user/1000/hutch/gedita/bus/session", "--filter", "--own=org.gnome.gedit.*",
                                      "--talk=org.a.Talk", "--log", "unix:path=/run/dbus/system_bus_socket",
                                      "/run/user/1000/hutch/gedita/bus/system"}));
  EXPECT_EQ(sandbox.descriptors, std::vector<std::int32_t>{10});
}

TEST(BusProxy, BeforeItStandsWhatRenamesInAnotherBox) {
  auto profile = sample_profile({grant(Kind::kPortal, "settings"), grant(Kind::kFeature, "bluetooth")});
  auto facts = sample_facts();
  const HostPath program = HostPath::literal("/usr/libexec/hutch-names");
  facts.programs.box_names = program;
  facts.paths[program] = sample_fact("/usr/libexec/hutch-names", FileType::kRegular, 16);
  const auto plain = proxy_for(profile, facts);
  ASSERT_TRUE(plain && *plain);
  EXPECT_FALSE((*plain)->names);
  profile.box = *BoxName::parse("work");
  profile.default_app = profile.app;
  profile.app = *AppId::parse("org.gnome.gedit.work");
  const auto result = proxy_for(profile, facts);
  ASSERT_TRUE(result && *result);
  ASSERT_TRUE((*result)->names);
  const plan::Sandbox& names = *(*result)->names;
  const std::string directory = "/run/user/1000/hutch/gedita/bus";
  EXPECT_EQ(names.command.program, program.str());
  EXPECT_EQ(names.command.arguments, (std::vector<std::string>{"hutch-names", "work", directory + "/session",
                                                               directory + "/session-filtered", "org.gnome.gedit.*"}));
  EXPECT_EQ((*result)->buses[0].socket.str(), directory + "/session");
  const auto& filter = (*result)->sandbox.command.arguments;
  EXPECT_EQ(filter[3], directory + "/session-filtered");
  EXPECT_NE(std::ranges::find(filter, directory + "/system"), filter.end());
  std::vector<std::string> shown;
  for (const plan::Bind& bind : steps_of<plan::Bind>(names)) shown.push_back(bind.source.str());
  EXPECT_EQ(shown, (std::vector<std::string>{program.str(), directory}));
  EXPECT_EQ(names.steps.back(), plan::Step(plan::Seal{}));
}

TEST(BusProxy, TheNetworkNamespaceIsSharedOnlyForAnAbstractBus) {
  const auto profile = sample_profile({grant(Kind::kPortal, "settings")});
  auto facts = sample_facts();
  auto result = proxy_for(profile, facts);
  ASSERT_TRUE(result && *result);
  EXPECT_TRUE((*result)->sandbox.namespaces.network);
  EXPECT_TRUE((*result)->sandbox.landlock.scope_abstract);
  facts.desktop.session_bus = "unix:abstract=/tmp/dbus-1,guid=2";
  result = proxy_for(profile, facts);
  ASSERT_TRUE(result && *result);
  EXPECT_FALSE((*result)->sandbox.namespaces.network);
  EXPECT_FALSE((*result)->sandbox.landlock.scope_abstract);
  EXPECT_EQ((*result)->buses[0].address, "unix:abstract=/tmp/dbus-1");
}

TEST(BusProxy, NoneIsStartedForWhatIsNotUsedOrNotThere) {
  auto facts = sample_facts();
  EXPECT_EQ(*proxy_for(sample_profile({}), facts), std::nullopt);
  facts.desktop.session_bus.reset();
  EXPECT_EQ(*proxy_for(sample_profile({grant(Kind::kPortal, "settings")}), facts), std::nullopt);
}

TEST(BusProxy, AMissingProgramOrADeadSocketIsAnErrorWithACure) {
  const auto profile = sample_profile({grant(Kind::kPortal, "settings")});
  auto facts = sample_facts();
  facts.programs.dbus_proxy.reset();
  const auto missing = proxy_for(profile, facts);
  ASSERT_FALSE(missing);
  EXPECT_FALSE(missing.error().hint.empty());
  facts = sample_facts();
  facts.paths.erase(HostPath::literal("/run/user/1000/bus"));
  const auto dead = proxy_for(profile, facts);
  ASSERT_FALSE(dead);
  EXPECT_EQ(dead.error().describe(), "no bus answers at '/run/user/1000/bus'");
  facts = sample_facts();
  facts.desktop.session_bus = "tcp:host=localhost,port=7";
  EXPECT_FALSE(proxy_for(profile, facts));
}

TEST(BusProxy, AsksForThePathsItUses) {
  const auto profile = sample_profile({grant(Kind::kPortal, "settings")});
  const auto wanted = wanted_paths(profile, sample_facts());
  for (const char* const path : {"/usr", "/lib64", "/usr/bin/xdg-dbus-proxy", "/run/user/1000/bus"}) {
    EXPECT_NE(std::ranges::find(wanted, HostPath::literal(path)), wanted.end()) << path;
  }
  EXPECT_TRUE(wanted_paths(sample_profile({}), sample_facts()).empty());
}

}  // namespace
}  // namespace hutch::portal
