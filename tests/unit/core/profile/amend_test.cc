#include "core/profile/amend.h"

#include "samples.h"

namespace hutch::profile {
namespace {

Layer override_of(const std::string& body) {
  return file_of("app", body, Rank::kOverride);
}

std::vector<std::string> said_by(const Layer& layer) {
  std::vector<std::string> said;
  for (const Grant& grant : layer.grants) said.push_back(spell(grant));
  for (const Revoke& revoke : layer.revokes) said.push_back("no " + revoke.name);
  return said;
}

using Said = std::vector<std::string>;

TEST(Amend, GrantingReplacesWhatWasSaidOfTheName) {
  Layer layer = override_of("[permissions]\nfiles = ['~/x:ro']\n[revoke]\nsockets = ['x11']\n");
  give(layer, flags_of({{"filesystem", "~/x"}, {"socket", "x11"}}));
  EXPECT_EQ(said_by(layer), (Said{"--filesystem=~/x:rw", "--socket=x11"}));
  for (const Grant& grant : layer.grants) EXPECT_EQ(grant.rank, Rank::kOverride);
}

TEST(Amend, CallRulesOfOneNameStandBesideEachOther) {
  Layer layer = override_of("");
  give(layer, flags_of({{"call", "org.a=org.a.One"}, {"call", "org.a=org.a.Two"}}));
  EXPECT_EQ(layer.grants.size(), 2u);
}

TEST(Amend, RevokingTakesTheGrantsBelowToo) {
  Layer layer = override_of("[permissions]\nfiles = ['~/a/b', 'home:ro', '/srv/x']\n[revoke]\nfiles = ['~/c']\n");
  take(layer, flags_of({{"filesystem", "home"}}));
  EXPECT_EQ(said_by(layer), (Said{"--filesystem=/srv/x:rw", "no home"}));
}

TEST(Amend, ARevokeIsTakenAtItsWordByBoth) {
  Layer layer = override_of("[permissions]\nsockets = ['x11']\n");
  give(layer, flags_of({{"nosocket", "x11"}}));
  EXPECT_EQ(said_by(layer), (Said{"no x11"}));
  take(layer, flags_of({{"nosocket", "wayland"}}));
  EXPECT_EQ(said_by(layer), (Said{"no x11", "no wayland"}));
}

TEST(Amend, WhatWasAmendedCanBeWrittenAndReadAgain) {
  Layer layer = override_of("");
  const Layer asked = flags_of({{"socket", "x11"},
                                {"network", "host"},
                                {"env", "A=b"},
                                {"memory", "1G"},
                                {"talk-name", "org.a.B"},
                                {"persist", "x"},
                                {"usb", "1234:abcd"}});
  give(layer, asked);
  EXPECT_TRUE(parse(format_override(layer), "override", Rank::kOverride));
  take(layer, asked);
  const auto again = parse(format_override(layer), "override", Rank::kOverride);
  ASSERT_TRUE(again) << again.error().describe();
  EXPECT_EQ(again->revokes.size(), asked.grants.size());
  EXPECT_TRUE(again->grants.empty());
}

TEST(Amend, AReasonIsOneLine) {
  Layer layer = flags_of({{"socket", "x11"}});
  EXPECT_FALSE(add_reason(layer, "two\nlines"));
  EXPECT_FALSE(add_reason(layer, std::string(40000, 'x')));
  ASSERT_TRUE(add_reason(layer, "why"));
  EXPECT_EQ(layer.grants.front().reason, "why");
}

}  // namespace
}  // namespace hutch::profile
