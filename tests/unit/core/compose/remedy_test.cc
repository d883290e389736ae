#include "core/compose/remedy.h"

#include <gtest/gtest.h>

#include "core/profile/vocabulary.h"
#include "fake_host.h"

namespace hutch::compose {
namespace {

using test::profile_of;

std::vector<std::string> spelled(const std::vector<profile::Grant>& grants) {
  std::vector<std::string> flags;
  for (const profile::Grant& grant : grants) flags.push_back(profile::spell(grant));
  return flags;
}
using Flags = std::vector<std::string>;

TEST(Remedy, RulesOfTheProxyAllowWhatTheySay) {
  const std::vector<std::string> rules = {"--filter", "--talk=org.a.*", "--see=org.b", "--own=org.c",
                                          "--call=org.d=m@/"};
  EXPECT_TRUE(allows({}, "org.any", BusNeed::kOwn));
  EXPECT_TRUE(allows(rules, "org.a", BusNeed::kTalk));
  EXPECT_TRUE(allows(rules, "org.a.b.c", BusNeed::kTalk));
  EXPECT_FALSE(allows(rules, "org.ab", BusNeed::kTalk));
  EXPECT_FALSE(allows(rules, "org.b", BusNeed::kTalk));
  EXPECT_TRUE(allows(rules, "org.b", BusNeed::kSee));
  EXPECT_TRUE(allows(rules, "org.c", BusNeed::kTalk));
  EXPECT_FALSE(allows(rules, "org.a", BusNeed::kOwn));
  EXPECT_TRUE(allows(rules, "org.d", BusNeed::kSee));
}

TEST(Remedy, ACapabilityComesBeforeAName) {
  const profile::Profile profile = profile_of({});
  EXPECT_EQ(spelled(remedies_of_name(profile, "org.freedesktop.secrets", BusNeed::kTalk, false)),
            Flags{"--allow=secrets"});
  EXPECT_EQ(spelled(remedies_of_name(profile, "org.example.X", BusNeed::kTalk, false)),
            Flags{"--talk-name=org.example.X"});
  EXPECT_EQ(spelled(remedies_of_name(profile, "org.example.X", BusNeed::kOwn, false)),
            Flags{"--own-name=org.example.X"});
  EXPECT_EQ(spelled(remedies_of_name(profile, "org.example.X", BusNeed::kTalk, true)),
            Flags{"--system-talk-name=org.example.X"});
}

TEST(Remedy, CallsNameTheNarrowestFeature) {
  EXPECT_EQ(spelled(remedies_of_call(profile_of({}), "ptrace")), Flags{"--allow=ptrace"});
  EXPECT_EQ(spelled(remedies_of_call(profile_of({}), "unshare")), Flags{"--allow=nested-userns"});
  EXPECT_EQ(spelled(remedies_of_call(profile_of({}), "bpf")), Flags{});
  EXPECT_EQ(spelled(remedies_of_call(profile_of({}), "read")), Flags{});
}

TEST(Remedy, DevicesAndSocketsHaveGrantsOfTheirOwn) {
  facts::Facts facts;
  facts.user.home = HostPath::literal("/home/user");
  facts.directories.runtime = HostPath::literal("/run/user/1000");
  facts.desktop.wayland_socket = HostPath::literal("/run/user/1000/wayland-0");
  const auto of = [&](const char* path) { return spelled(remedies_of_path(facts, HostPath::literal(path))).front(); };
  EXPECT_EQ(of("/dev/dri/card0"), "--device=dri");
  EXPECT_EQ(of("/dev/video0"), "--device=camera");
  EXPECT_EQ(of("/run/user/1000/wayland-0"), "--socket=wayland");
  EXPECT_EQ(of("/run/user/1000/other"), "--filesystem=xdg-run/other:ro");
  EXPECT_EQ(of("/home/user/a b"), "--filesystem=~/a b:ro");
  EXPECT_EQ(of("/srv/x"), "--filesystem=/srv/x:ro");
}

}  // namespace
}  // namespace hutch::compose
