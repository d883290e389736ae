#include "core/doctor/checks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "core/doctor/describe.h"
#include "core/doctor/rules.h"

namespace hutch::doctor {
namespace {

const Check& named(const std::vector<Check>& all, std::string_view name) {
  return *std::find_if(all.begin(), all.end(), [&](const Check& check) { return check.name == name; });
}

// The reviewed text; HUTCH_UPDATE_GOLDEN=1 writes what the code says now, for review.
std::string golden(const char* name, const std::string& now) {
  const std::string path = std::string(HUTCH_GOLDEN) + "/" + name;
  if (std::getenv("HUTCH_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << now;
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A host with some of everything: working, missing, broken and unknown.
std::vector<Check> mixed_host() {
  facts::Facts facts;
  facts.user.groups = {"users", "docker", "disk"};
  facts.kernel.landlock_abi = 2;
  facts.kernel.has_time_namespace = true;
  facts.subordinate_uids = {{.inside = 0, .outside = 100000, .count = 65536}};
  facts.programs.dbus_proxy = HostPath::literal("/usr/bin/xdg-dbus-proxy");
  return checks(facts, {{.name = "user-namespaces", .verdict = Verdict::kWorks, .detail = {}},
                        {.name = "userns-sysctl", .verdict = Verdict::kBroken, .detail = "0"},
                        {.name = "portal", .verdict = Verdict::kWorks, .detail = "version\x1b[2J 1.20"},
                        {.name = "of-tomorrow", .verdict = Verdict::kMissing, .detail = "x"}});
}

TEST(Doctor, EveryRuleIsShownOnceAndInOrder) {
  const std::vector<Check> all = checks(facts::Facts{}, {});
  ASSERT_EQ(all.size(), rules().size());
  std::set<std::string> names;
  for (std::size_t index = 0; index < all.size(); ++index) {
    EXPECT_EQ(all[index].name, rules()[index].name);
    EXPECT_TRUE(names.insert(all[index].name).second) << all[index].name;
  }
}

TEST(Doctor, EveryRuleHasATitleAndACure) {
  for (const Rule& rule : rules()) {
    EXPECT_NE(std::string(rule.title), "") << rule.name;
    EXPECT_NE(std::string(rule.remedy), "") << rule.name;
  }
}

TEST(Doctor, WhatNobodyProbedIsUnknownAndNotWorking) {
  const std::vector<Check> all = checks(facts::Facts{}, {});
  EXPECT_EQ(named(all, "user-namespaces").verdict, Verdict::kUnknown);
  EXPECT_EQ(named(all, "portal").verdict, Verdict::kUnknown);
}

TEST(Doctor, AnObservationBeatsWhatTheFactsSay) {
  facts::Facts facts;
  facts.programs.pasta = HostPath::literal("/usr/bin/pasta");
  EXPECT_EQ(named(checks(facts, {}), "pasta").verdict, Verdict::kWorks);
  const auto all = checks(facts, {{.name = "pasta", .verdict = Verdict::kBroken, .detail = "crashed"}});
  EXPECT_EQ(named(all, "pasta").verdict, Verdict::kBroken);
}

TEST(Doctor, OnlyAFailedNecessityMakesTheHostUnhealthy) {
  facts::Facts facts;
  EXPECT_FALSE(is_healthy(checks(facts, {})));  // no xdg-dbus-proxy
  facts.programs.dbus_proxy = HostPath::literal("/usr/bin/xdg-dbus-proxy");
  EXPECT_TRUE(is_healthy(checks(facts, {})));  // missing Landlock is a warning
  EXPECT_FALSE(is_healthy(checks(facts, {{.name = "sandbox", .verdict = Verdict::kBroken, .detail = {}}})));
  EXPECT_TRUE(is_healthy(checks(facts, {{.name = "tun", .verdict = Verdict::kBroken, .detail = {}}})));
}

TEST(Doctor, GroupsThatAmountToRootAreNamed) {
  facts::Facts facts;
  facts.user.groups = {"audio", "video"};
  EXPECT_EQ(named(checks(facts, {}), "groups").verdict, Verdict::kWorks);
  facts.user.groups = {"audio", "lxd", "docker"};
  const std::vector<Check> all = checks(facts, {});
  EXPECT_EQ(named(all, "groups").verdict, Verdict::kBroken);
  EXPECT_EQ(named(all, "groups").detail, "lxd, docker");
}

TEST(Doctor, AFullRangeOfBothKindsOfIdsIsNeeded) {
  facts::Facts facts;
  facts.subordinate_uids = {{.inside = 0, .outside = 100000, .count = 65536}};
  facts.subordinate_gids = {{.inside = 0, .outside = 100000, .count = 65535}};
  EXPECT_EQ(named(checks(facts, {}), "subordinate-ids").verdict, Verdict::kMissing);
  facts.subordinate_gids[0].count = 65536;
  EXPECT_EQ(named(checks(facts, {}), "subordinate-ids").verdict, Verdict::kWorks);
}

TEST(Doctor, AProbeWithoutARuleIsShownAllTheSame) {
  const std::vector<Check> all = mixed_host();
  EXPECT_EQ(all.back().name, "of-tomorrow");
  EXPECT_EQ(all.back().verdict, Verdict::kMissing);
}

TEST(Doctor, TextIsAsReviewed) {
  const std::string now = describe(mixed_host(), false);
  EXPECT_EQ(now, golden("mixed.txt", now));
}

TEST(Doctor, JsonIsAsReviewed) {
  const std::string now = format_json(to_json(mixed_host()));
  EXPECT_EQ(now, golden("mixed.json", now));
}

TEST(Doctor, ColoursAreOnlyThereWhenAskedFor) {
  EXPECT_EQ(describe(mixed_host(), false).find('\x1b'), std::string::npos);
  EXPECT_NE(describe(mixed_host(), true).find("\x1b[32mok"), std::string::npos);
}

}  // namespace
}  // namespace hutch::doctor
