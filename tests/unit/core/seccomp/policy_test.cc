#include "core/seccomp/policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/seccomp/groups.h"

namespace hutch::seccomp {
namespace {

profile::Profile with(const std::vector<std::string>& features) {
  profile::Profile profile;
  for (const std::string& feature : features) {
    profile.grants.push_back({.kind = profile::Kind::kFeature, .name = feature});
  }
  std::ranges::sort(profile.grants, {}, &profile::Grant::name);
  return profile;
}

bool allows(const plan::SeccompPolicy& policy, const char* call) {
  return std::ranges::binary_search(policy.allowed, std::string(call));
}

bool falls_back(const plan::SeccompPolicy& policy, const char* call) {
  return std::ranges::binary_search(policy.answer_enosys, std::string(call));
}

TEST(SeccompGroups, HoldEveryCallOnce) {
  std::set<std::string_view> seen;
  for (const Group& group : groups()) {
    EXPECT_FALSE(std::string_view(group.purpose).empty()) << group.name;
    for (const char* const call : group.calls) EXPECT_TRUE(seen.insert(call).second) << call;
  }
}

TEST(SeccompGroups, AreFoundByCall) {
  ASSERT_NE(group_of("bpf"), nullptr);
  EXPECT_EQ(group_of("bpf")->stance, Stance::kDenied);
  EXPECT_EQ(group_of("read")->stance, Stance::kAllowed);
  EXPECT_EQ(group_of("no_such_call"), nullptr);
}

TEST(SeccompGroups, KnowTheYoungerCalls) {
  for (const char* const call : younger_calls()) EXPECT_NE(group_of(call), nullptr) << call;
}

TEST(SeccompPolicy, ListsAreSorted) {
  for (const auto& policy :
       {policy_for(with({})), policy_for(with({"nested-sandbox", "multiarch", "devel"})), policy_for_helper()}) {
    EXPECT_TRUE(std::ranges::is_sorted(policy.allowed));
    EXPECT_TRUE(std::ranges::is_sorted(policy.answer_enosys));
    EXPECT_TRUE(std::ranges::is_sorted(policy.socket_families));
  }
}

TEST(SeccompPolicy, ByDefaultRefusesWhatTheGroupsRefuse) {
  const auto policy = policy_for(with({}));
  for (const Group& group : groups()) {
    for (const char* const call : group.calls) {
      EXPECT_EQ(allows(policy, call), group.stance == Stance::kAllowed) << call;
      EXPECT_EQ(falls_back(policy, call), group.stance == Stance::kFallback) << call;
    }
  }
  EXPECT_FALSE(policy.allows_new_userns);
  EXPECT_FALSE(policy.allows_ptrace);
  EXPECT_FALSE(policy.foreign_abi);
  EXPECT_EQ(policy.socket_families, (std::vector<std::int32_t>{1, 2, 10, 16}));
  EXPECT_EQ(policy.netlink_protocols, (std::vector<std::int32_t>{0, 15}));
}

TEST(SeccompPolicy, LetsProgramsRestrictThemselves) {
  const auto policy = policy_for(with({}));
  for (const char* const call : {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp"}) {
    EXPECT_TRUE(allows(policy, call)) << call;
  }
}

TEST(SeccompPolicy, PtraceOpensDebuggingAlone) {
  const auto policy = policy_for(with({"ptrace"}));
  EXPECT_TRUE(policy.allows_ptrace);
  EXPECT_TRUE(allows(policy, "ptrace"));
  EXPECT_TRUE(allows(policy, "process_vm_readv"));
  EXPECT_FALSE(allows(policy, "perf_event_open"));
}

TEST(SeccompPolicy, DevelAddsProfiling) {
  const auto policy = policy_for(with({"devel"}));
  EXPECT_TRUE(policy.allows_ptrace);
  EXPECT_TRUE(allows(policy, "perf_event_open"));
}

TEST(SeccompPolicy, MultiarchAddsTheSecondAbi) {
  const auto policy = policy_for(with({"multiarch"}));
  EXPECT_TRUE(policy.foreign_abi);
  EXPECT_TRUE(allows(policy, "modify_ldt"));
  EXPECT_TRUE(allows(policy, "socketcall"));
}

TEST(SeccompPolicy, NestedUsernsOpensNamespacesAndRootsButNoMounts) {
  const auto policy = policy_for(with({"nested-userns"}));
  EXPECT_TRUE(policy.allows_new_userns);
  EXPECT_TRUE(allows(policy, "chroot"));
  EXPECT_FALSE(allows(policy, "mount"));
  EXPECT_FALSE(allows(policy, "setns"));
  EXPECT_TRUE(falls_back(policy, "clone3"));
}

TEST(SeccompPolicy, NestedSandboxOpensMountsOfBothKinds) {
  const auto policy = policy_for(with({"nested-sandbox"}));
  EXPECT_TRUE(policy.allows_new_userns);
  for (const char* const call : {"mount", "umount2", "pivot_root", "setns", "open_tree", "move_mount", "fsopen"}) {
    EXPECT_TRUE(allows(policy, call)) << call;
    EXPECT_FALSE(falls_back(policy, call)) << call;
  }
  EXPECT_TRUE(falls_back(policy, "clone3"));
}

TEST(SeccompPolicy, OnlySystemsWithOneIdAnswerSuccess) {
  EXPECT_TRUE(policy_for(with({"devel", "multiarch"})).answer_success.empty());
  EXPECT_TRUE(policy_for_system(with({"devel"}), Ids::kMany).answer_success.empty());
  const auto policy = policy_for_system(with({}), Ids::kOne);
  EXPECT_TRUE(std::ranges::is_sorted(policy.answer_success));
  EXPECT_TRUE(std::ranges::includes(policy.allowed, policy.answer_success));
  for (const char* const call : {"chown", "fchownat", "setgroups", "setresuid", "setfsgid32", "mknodat"}) {
    EXPECT_TRUE(std::ranges::binary_search(policy.answer_success, std::string(call))) << call;
  }
  EXPECT_FALSE(std::ranges::binary_search(policy.answer_success, std::string("capset")));
  EXPECT_NE(canonical(policy), canonical(policy_for_system(with({}), Ids::kMany)));
}

TEST(SeccompPolicy, BluetoothAddsItsFamily) {
  const auto policy = policy_for(with({"bluetooth"}));
  EXPECT_EQ(policy.socket_families, (std::vector<std::int32_t>{1, 2, 10, 16, 31}));
}

TEST(SeccompPolicy, TheBusProxyHasUnixSocketsOnly) {
  const auto policy = policy_for_helper();
  EXPECT_EQ(policy.socket_families, std::vector<std::int32_t>{1});
  EXPECT_TRUE(policy.netlink_protocols.empty());
  EXPECT_TRUE(allows(policy, "execve"));
  EXPECT_FALSE(allows(policy, "shmget"));
  EXPECT_FALSE(allows(policy, "landlock_create_ruleset"));
}

TEST(SeccompPolicy, CanonicalTextTellsPoliciesApart) {
  std::set<std::string> texts;
  for (const char* const feature :
       {"", "ptrace", "devel", "multiarch", "nested-userns", "nested-sandbox", "bluetooth"}) {
    EXPECT_TRUE(texts.insert(canonical(policy_for(with({feature})))).second) << feature;
  }
  EXPECT_TRUE(texts.insert(canonical(policy_for_helper())).second);
  EXPECT_FALSE(texts.insert(canonical(policy_for(with({})))).second);
}

}  // namespace
}  // namespace hutch::seccomp
