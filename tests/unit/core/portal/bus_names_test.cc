#include "core/portal/bus_names.h"

#include <gtest/gtest.h>

#include "samples.h"

namespace hutch::portal {
namespace {

TEST(BusNames, PatternsFollowTheProxysGrammar) {
  for (const char* const name : {"org.gnome.gedit", "org.gnome.gedit.*", "a.b", "org.kde.kate-1", "_a._b"}) {
    EXPECT_TRUE(is_bus_name_pattern(name)) << name;
  }
  for (const char* const name :
       {"", "*", "org", "org.*", ":1.5", "org..x", "org.1x", "org.x.", ".org.x", "org.x*", "org.x y", "org.x=y"}) {
    EXPECT_FALSE(is_bus_name_pattern(name)) << name;
  }
  EXPECT_TRUE(is_bus_name_pattern("a." + std::string(253, 'b')));
  EXPECT_FALSE(is_bus_name_pattern("a." + std::string(254, 'b')));
}

TEST(BusNames, CallRulesThatNeverMatchAreRefused) {
  for (const char* const rule :
       {"*", "org.x.Face.*", "org.x.Face.Member", "org.x.Face.Member@/p", "*@/p/*", "@/p", "@/*", "org.x.Face.*@/"}) {
    EXPECT_TRUE(is_call_rule(rule)) << rule;
  }
  for (const char* const rule : {"", "Member", "Face.Member", "org.x.", "org.x.Face.M*", "org.x.Face.*@", "*@p",
                                 "*@/p/", "*@/p//q", "*@/p*", "org.x.Fa ce.*"}) {
    EXPECT_FALSE(is_call_rule(rule)) << rule;
  }
}

TEST(BusNames, AGrantOutsideTheGrammarIsNamedWithItsOrigin) {
  const auto bad_name = check_bus_grants(sample_profile({grant(profile::Kind::kSessionBus, "gedit", "talk")}));
  ASSERT_FALSE(bad_name);
  EXPECT_EQ(bad_name.error().describe(), "gedit.toml:7:3: 'gedit' is not a bus name");
  const auto dead =
      check_bus_grants(sample_profile({grant(profile::Kind::kSystemBus, "org.x.Name", "call:Member@/p")}));
  ASSERT_FALSE(dead);
  EXPECT_EQ(dead.error().describe(), "gedit.toml:7:3: the rule 'call:Member@/p' for 'org.x.Name' would never match");
  EXPECT_FALSE(dead.error().hint.empty());
  EXPECT_FALSE(check_bus_grants(sample_profile({grant(profile::Kind::kSessionBus, "org.x.Name", "none")})));
  EXPECT_TRUE(check_bus_grants(sample_profile({grant(profile::Kind::kSessionBus, "org.x.Name", "see")})));
}

}  // namespace
}  // namespace hutch::portal
