#include "core/compose/limits.h"

#include <gtest/gtest.h>

#include "core/plan/rlimits.h"
#include "fake_host.h"

namespace hutch::compose {
namespace {

using test::FakeHost;
using test::launch_of;
using test::profile_of;

Result<plan::Plan> compose_with(const FakeHost& host, const std::vector<std::string>& flags,
                                const profile::Request& request = {}) {
  return host.compose(profile_of(flags), request, launch_of("/usr/bin/true"));
}

const plan::ResourceLimit* limit_of(const plan::Plan& plan, std::uint32_t resource) {
  for (const plan::ResourceLimit& limit : plan.sandbox.resource_limits) {
    if (limit.resource == resource) return &limit;
  }
  return nullptr;
}

// What systemd does with a unit name's escapes: systemd.unit(5).
std::string unescape_unit(std::string_view text) {
  std::string plain;
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text.substr(index, 2) == "\\x") {
      plain += static_cast<char>(std::stoi(std::string(text.substr(index + 2, 2)), nullptr, 16));
      index += 3;
    } else {
      plain += text[index];
    }
  }
  return plain;
}

TEST(Limits, ScopeNamesParseBackIntoAppAndInstance) {
  for (const char* const id : {"org.example.App", "org.example.My-App", "a.b_c.D9-x-y"}) {
    profile::Profile profile = profile_of({});
    profile.app = *AppId::parse(id);
    const auto plan = FakeHost::desktop().compose(profile, {}, launch_of("/usr/bin/true"));
    ASSERT_TRUE(plan) << plan.error().describe();
    std::string_view name = plan->scope->name;
    ASSERT_TRUE(name.starts_with("app-hutch-") && name.ends_with(".scope")) << name;
    name.remove_prefix(std::string_view("app-hutch-").size());
    name.remove_suffix(std::string_view(".scope").size());
    // The desktop splits at dashes; what is left of the id must have none.
    ASSERT_EQ(std::count(name.begin(), name.end(), '-'), 1) << name;
    EXPECT_EQ(unescape_unit(name.substr(0, name.find('-'))), id);
    EXPECT_EQ(name.substr(name.find('-') + 1), "app1");
  }
}

TEST(Limits, UnitEscapesCoverEveryByte) {
  EXPECT_EQ(escape_unit("a-b/c.d e"), "a\\x2db\\x2fc.d\\x20e");
  EXPECT_EQ(escape_unit(".hidden"), "\\x2ehidden");
  EXPECT_EQ(escape_unit("\xc3\xa4"), "\\xc3\\xa4");
}

TEST(Limits, AnAppIdTooLongForAUnitIsRefused) {
  profile::Profile profile = profile_of({});
  profile.app = *AppId::parse("a." + std::string(253, 'b'));
  const auto plan = FakeHost::desktop().compose(profile, {}, launch_of("/usr/bin/true"));
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().describe().find("too long"), std::string::npos);
}

TEST(Limits, LimitsReachTheScope) {
  const auto plan = compose_with(FakeHost::desktop(), {"memory=2G", "cpu=150%", "tasks=512", "io-weight=50"});
  ASSERT_TRUE(plan) << plan.error().describe();
  EXPECT_EQ(plan->scope->limits.memory, 2ULL << 30);
  EXPECT_EQ(plan->scope->limits.cpu_percent, 150U);
  EXPECT_EQ(plan->scope->limits.tasks, 512U);
  EXPECT_EQ(plan->scope->limits.io_weight, 50U);
  // The scope bounds them: this one could not be raised while the app runs.
  EXPECT_GE(limit_of(*plan, plan::kLimitProcesses)->hard, 512U);
  EXPECT_EQ(plan->scope->slice, "app.slice");
}

TEST(Limits, TimesDisksAndDomainsReachTheirPlaces) {
  const auto plan = compose_with(FakeHost::desktop(), {"time=30m", "idle=2h", "domain=work", "io-read=10M",
                                                       "io-write=/srv:1M", "core=2M", "oom-score=900", "oomd=omit"});
  ASSERT_TRUE(plan) << plan.error().describe();
  EXPECT_EQ(plan->sandbox.watch.time_limit, 1800U);
  EXPECT_EQ(plan->sandbox.watch.idle_limit, 7200U);
  EXPECT_EQ(plan->scope->slice, "app-hutch-work.slice");
  EXPECT_EQ(plan->scope->limits.io_read,
            (plan::Bandwidth{.path = HostPath::literal("/home/alice"), .rate = 10u << 20}));
  EXPECT_EQ(plan->scope->limits.io_write, (plan::Bandwidth{.path = HostPath::literal("/srv"), .rate = 1u << 20}));
  EXPECT_EQ(plan->scope->limits.oomd, "omit");
  EXPECT_EQ(limit_of(*plan, plan::kLimitCore)->hard, 2u << 20);
  EXPECT_EQ(plan->sandbox.oom_score_adjust, 900);
}

TEST(Limits, InfinityLiftsWhatALowerRankLimits) {
  const auto plan = compose_with(FakeHost::desktop(), {"memory=infinity", "tasks=infinity", "cpu=infinity"});
  ASSERT_TRUE(plan) << plan.error().describe();
  EXPECT_EQ(plan->scope->limits.memory, plan::kUnlimited);
  EXPECT_EQ(plan->scope->limits.tasks, plan::kUnlimited);
  EXPECT_EQ(plan->scope->limits.cpu_percent, plan::kUnlimited);
}

TEST(Limits, ThatMakeNoSenseAreRefusedWithTheirOrigin) {
  profile::Profile profile = profile_of({});
  for (const auto& [name, value] :
       {std::pair("memory", "0"), {"memory", "much"}, {"cpu", "0%"}, {"tasks", "-1"}, {"io-weight", "10001"}}) {
    profile.grants = {{.kind = profile::Kind::kLimit,
                       .name = name,
                       .access = value,
                       .origin = {.file = "x.toml", .line = 7, .column = 1}}};
    const auto plan = FakeHost::desktop().compose(profile, {}, launch_of("/usr/bin/true"));
    ASSERT_FALSE(plan) << name << "=" << value;
    EXPECT_NE(plan.error().describe().find("x.toml:7:1"), std::string::npos);
  }
}

TEST(Limits, WithoutAUserManagerAreAnError) {
  FakeHost host = FakeHost::desktop();
  host.facts.desktop.has_user_manager = false;
  const auto plain = compose_with(host, {});
  ASSERT_TRUE(plain);
  EXPECT_FALSE(plain->scope);
  EXPECT_EQ(plain->warnings.size(), 1U);
  const auto limited = compose_with(host, {"memory=1G"});
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().kind, ErrorKind::kUnavailable);
  EXPECT_TRUE(compose_with(host, {"time=1h"}));  // by the supervisor
  for (const char* const flag : {"idle=1h", "domain=work"}) EXPECT_FALSE(compose_with(host, {flag})) << flag;
  profile::Request strict;
  strict.strict = true;
  const auto refused = compose_with(host, {}, strict);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kDenied);
}

TEST(Limits, NeverExceedTheCallersHardLimits) {
  FakeHost host = FakeHost::desktop();
  host.facts.hard_limits = {{plan::kLimitOpenFiles, 512}, {plan::kLimitProcesses, 100}};
  const auto plan = compose_with(host, {"nofile=4096"});
  ASSERT_TRUE(plan);
  EXPECT_EQ(limit_of(*plan, plan::kLimitOpenFiles)->hard, 512U);
  EXPECT_EQ(limit_of(*plan, plan::kLimitOpenFiles)->soft, 512U);
  EXPECT_EQ(limit_of(*plan, plan::kLimitProcesses)->hard, 100U);
}

TEST(Limits, CoreDumpsAreOffAndRealtimeIsOut) {
  const auto plan = compose_with(FakeHost::desktop(), {});
  EXPECT_EQ(limit_of(*plan, plan::kLimitCore)->hard, 1U);
  EXPECT_EQ(limit_of(*plan, plan::kLimitRealtimePriority)->hard, 0U);
}

TEST(Limits, WithoutPerNamespaceCountsProcessesAreNotBoundedAndItIsSaid) {
  FakeHost host = FakeHost::desktop();
  host.facts.kernel.has_nproc_per_namespace = false;
  const auto plan = compose_with(host, {});
  EXPECT_EQ(limit_of(*plan, plan::kLimitProcesses), nullptr);
  EXPECT_EQ(plan->warnings.size(), 1U);
}

TEST(Limits, UserNamespacesAreClosedUnlessGranted) {
  const auto closed = compose_with(FakeHost::desktop(), {});
  EXPECT_EQ(closed->sandbox.namespace_limits.front(),
            (plan::NamespaceLimit{.name = "max_user_namespaces", .value = 0}));
  EXPECT_FALSE(closed->sandbox.allows_nested_userns);
  for (const char* const flag : {"allow=nested-userns", "allow=nested-sandbox"}) {
    const auto open = compose_with(FakeHost::desktop(), {flag});
    EXPECT_GT(open->sandbox.namespace_limits.front().value, 0U);
    EXPECT_TRUE(open->sandbox.allows_nested_userns);
  }
}

}  // namespace
}  // namespace hutch::compose
