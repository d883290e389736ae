#include "core/landlock/rules.h"

#include <gtest/gtest.h>

namespace hutch::landlock {
namespace {

using plan::LandlockAccess;
using plan::LandlockRule;

const BoxPath kHome = BoxPath::literal("/home/user");

BoxPath box(const char* path) {
  return BoxPath::literal(path);
}

// The rules but those every plan has.
std::vector<LandlockRule> rules_of(const std::vector<plan::Step>& steps) {
  std::vector<LandlockRule> rules = rules_for(steps, kHome, {}).rules;
  for (const char* const place : {"/home/user", "/mnt", "/media", "/srv"}) {
    std::erase(rules, LandlockRule{.path = box(place), .access = LandlockAccess::kReadWriteExecute});
  }
  std::erase(rules, LandlockRule{.path = BoxPath(), .access = LandlockAccess::kReadExecute});
  return rules;
}

plan::Step writable_bind(const char* target, bool executable) {
  return plan::Bind{.source = HostPath::literal("/source"),
                    .target = box(target),
                    .access = plan::BindAccess::kReadWrite,
                    .executable = executable};
}

TEST(LandlockRules, AnEmptyPlanReadsTheRootAndWritesWhereGrantsMayLand) {
  const plan::Landlock landlock = rules_for({}, kHome, {});
  EXPECT_TRUE(landlock.files);
  EXPECT_TRUE(landlock.scope_signals);
  EXPECT_TRUE(landlock.scope_abstract);
  EXPECT_EQ(landlock.rules, (std::vector<LandlockRule>{{box("/"), LandlockAccess::kReadExecute},
                                                       {kHome, LandlockAccess::kReadWriteExecute},
                                                       {box("/media"), LandlockAccess::kReadWriteExecute},
                                                       {box("/mnt"), LandlockAccess::kReadWriteExecute},
                                                       {box("/srv"), LandlockAccess::kReadWriteExecute}}));
}

TEST(LandlockRules, ReadOnlyBindsAddNothing) {
  EXPECT_TRUE(rules_of({plan::Bind{.source = HostPath::literal("/usr"), .target = box("/usr")}}).empty());
}

TEST(LandlockRules, WritableBindsKeepTheirExecuteBit) {
  EXPECT_EQ(rules_of({writable_bind("/data", true), writable_bind("/plain", false)}),
            (std::vector<LandlockRule>{{box("/data"), LandlockAccess::kReadWriteExecute},
                                       {box("/plain"), LandlockAccess::kReadWrite}}));
}

TEST(LandlockRules, DeviceBindsAreDevices) {
  EXPECT_EQ(rules_of({plan::Bind{.source = HostPath::literal("/dev/dri"), .target = box("/dev/dri"), .devices = true}}),
            (std::vector<LandlockRule>{{box("/dev/dri"), LandlockAccess::kDevices}}));
}

TEST(LandlockRules, ATmpfsIsWritableUntilItIsSealed) {
  const plan::Step run = plan::Tmpfs{.target = box("/run"), .size = 1, .executable = false};
  EXPECT_EQ(rules_of({run}), (std::vector<LandlockRule>{{box("/run"), LandlockAccess::kReadWrite}}));
  EXPECT_TRUE(rules_of({run, plan::Seal{.target = box("/run")}}).empty());
}

TEST(LandlockRules, DevAndProcAreUsable) {
  EXPECT_EQ(rules_of({plan::Dev{.target = box("/dev"), .shm_size = 1}, plan::Proc{.target = box("/proc")}}),
            (std::vector<LandlockRule>{{box("/dev"), LandlockAccess::kDevices},
                                       {box("/dev/shm"), LandlockAccess::kReadWrite},
                                       {box("/proc"), LandlockAccess::kReadWrite}}));
}

TEST(LandlockRules, ASealLeavesDevicesUsable) {
  EXPECT_EQ(rules_of({plan::Dev{.target = box("/dev"), .shm_size = 1}, plan::Seal{.target = box("/dev")}}),
            (std::vector<LandlockRule>{{box("/dev"), LandlockAccess::kDevices},
                                       {box("/dev/shm"), LandlockAccess::kReadWrite}}));
}

TEST(LandlockRules, AMaskTakesItsTargetAway) {
  EXPECT_TRUE(rules_of({writable_bind("/data", true), plan::Mask{.target = box("/data")}}).empty());
}

TEST(LandlockRules, FilesAndLinksAddNothing) {
  EXPECT_TRUE(rules_of({plan::Dir{.target = box("/a")}, plan::File{.target = box("/a/b"), .content = "x"},
                        plan::Symlink{.target = box("/c"), .points_to = "a"}, plan::AwaitHelpers{}})
                  .empty());
}

TEST(LandlockRules, ANestedSandboxKeepsTheScopesOnly) {
  profile::Profile profile;
  profile.grants.push_back({.kind = profile::Kind::kFeature, .name = "nested-sandbox"});
  const plan::Landlock landlock = rules_for({writable_bind("/data", true)}, kHome, profile);
  EXPECT_FALSE(landlock.files);
  EXPECT_TRUE(landlock.rules.empty());
  EXPECT_TRUE(landlock.scope_signals);
  EXPECT_TRUE(landlock.scope_abstract);
}

TEST(LandlockRules, NestedUserNamespacesKeepTheFiles) {
  profile::Profile profile;
  profile.grants.push_back({.kind = profile::Kind::kFeature, .name = "nested-userns"});
  EXPECT_TRUE(rules_for({}, kHome, profile).files);
}

}  // namespace
}  // namespace hutch::landlock
