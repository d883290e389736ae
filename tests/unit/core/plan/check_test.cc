#include "core/plan/check.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/plan/channel.h"
#include "sample.h"

namespace hutch::plan {
namespace {

BoxPath box(const std::string& path) {
  return *BoxPath::parse(path);
}

Bind known_bind(const char* source, const char* target) {
  return Bind{.source = HostPath::literal(source),
              .target = BoxPath::literal(target),
              .identity = Identity{.device = 1, .inode = 2}};
}

Plan small_plan() {
  Plan plan;
  plan.instance_directory = HostPath::literal("/run/user/1000/hutch/x1");
  plan.sandbox.root_size = 1 << 20;
  plan.sandbox.steps = {Proc{.target = box("/proc")}, Dev{.target = box("/dev"), .shm_size = 4096},
                        known_bind("/usr", "/usr")};
  plan.sandbox.command = {.program = "/usr/bin/true", .arguments = {"true"}, .directory = {}};
  return plan;
}

// Empty when the plan passes.
std::string fault_of(const std::function<void(Plan&)>& change) {
  Plan plan = small_plan();
  change(plan);
  const Status status = check(plan);
  return status ? "" : status.error().describe();
}

std::string fault_of_step(const Step& step) {
  return fault_of([&](Plan& plan) { plan.sandbox.steps.push_back(step); });
}

#define EXPECT_REFUSED(fault, part) EXPECT_NE((fault).find(part), std::string::npos) << (fault)

TEST(Check, SoundPlansPass) {
  EXPECT_EQ(fault_of([](Plan&) {}), "");
  const Status full = check(test::full_plan());
  EXPECT_TRUE(full) << full.error().describe();
}

TEST(Check, SizesMustBeGiven) {
  EXPECT_REFUSED(fault_of([](Plan& plan) { plan.sandbox.root_size = 0; }), "root has no size");
  EXPECT_REFUSED(fault_of_step(Tmpfs{.target = box("/tmp"), .size = 0, .inodes = 1}), "has no size");
  EXPECT_REFUSED(fault_of_step(Tmpfs{.target = box("/tmp"), .size = 1, .inodes = 0}), "has no size");
  EXPECT_REFUSED(fault_of([](Plan& plan) { std::get<Dev>(plan.sandbox.steps[1]).shm_size = 0; }), "/dev/shm");
}

TEST(Check, AMountMayNotHideWhatAnEarlierStepMade) {
  const auto late_parent = [](Plan& plan) {
    plan.sandbox.steps.emplace_back(Dir{.target = box("/home/user/x")});
    plan.sandbox.steps.emplace_back(Tmpfs{.target = box("/home"), .size = 1, .inodes = 1});
  };
  EXPECT_REFUSED(fault_of(late_parent), "would hide it");
  const auto neighbour = [](Plan& plan) {
    plan.sandbox.steps.emplace_back(Dir{.target = box("/home-of/x")});
    plan.sandbox.steps.emplace_back(Dir{.target = box("/home.d/x")});
    plan.sandbox.steps.emplace_back(Tmpfs{.target = box("/home"), .size = 1, .inodes = 1});
    plan.sandbox.steps.emplace_back(Dir{.target = box("/home/user")});
  };
  EXPECT_EQ(fault_of(neighbour), "");
  const auto hidden_behind_neighbour = [](Plan& plan) {
    plan.sandbox.steps.emplace_back(Dir{.target = box("/home.d")});
    plan.sandbox.steps.emplace_back(Dir{.target = box("/home/user")});
    plan.sandbox.steps.emplace_back(Tmpfs{.target = box("/home"), .size = 1, .inodes = 1});
  };
  EXPECT_REFUSED(fault_of(hidden_behind_neighbour), "would hide it");
}

TEST(Check, TwoStepsAtOneTargetAreRefusedButCovers) {
  EXPECT_REFUSED(fault_of_step(Dir{.target = box("/usr")}), "two steps");
  EXPECT_EQ(fault_of_step(Mask{.target = box("/usr")}), "");
  EXPECT_EQ(fault_of_step(Seal{.target = box("/")}), "");
  EXPECT_REFUSED(fault_of([](Plan& plan) {
                   plan.sandbox.steps.emplace_back(Seal{.target = box("/")});
                   plan.sandbox.steps.emplace_back(Seal{.target = box("/")});
                 }),
                 "covered twice");
  EXPECT_REFUSED(fault_of_step(Dir{.target = box("/")}), "root itself");
}

TEST(Check, ProcAndDevBelongToTheirOwnSteps) {
  EXPECT_REFUSED(fault_of_step(known_bind("/x", "/proc/sys")), "'/proc/sys'");
  EXPECT_REFUSED(fault_of_step(known_bind("/x", "/dev/shm")), "'/dev/shm'");
  EXPECT_REFUSED(fault_of_step(Tmpfs{.target = box("/proc/x"), .size = 1, .inodes = 1}), "'/proc/x'");
  EXPECT_REFUSED(fault_of_step(File{.target = box("/dev/x"), .content = ""}), "'/dev/x'");
  EXPECT_EQ(fault_of_step(Mask{.target = box("/proc/cpuinfo")}), "");
  EXPECT_EQ(fault_of_step(Symlink{.target = box("/dev/log"), .points_to = "/run/log"}), "");
  EXPECT_REFUSED(fault_of([](Plan& plan) { plan.sandbox.steps[0] = known_bind("/proc", "/proc"); }), "'/proc'");
}

TEST(Check, DeviceNodesStayInDev) {
  Bind device = known_bind("/dev/dri/card0", "/dev/dri/card0");
  device.type = FileType::kCharacterDevice;
  device.devices = true;
  EXPECT_EQ(fault_of_step(device), "");
  device.target = box("/opt/card0");
  EXPECT_REFUSED(fault_of_step(device), "outside /dev");
  device.devices = false;
  EXPECT_REFUSED(fault_of_step(device), "without a device grant");
  EXPECT_REFUSED(fault_of([&](Plan& plan) {
                   plan.sandbox.steps.erase(plan.sandbox.steps.begin() + 1);
                   Bind early = device;
                   early.devices = true;
                   early.target = box("/dev/card0");
                   plan.sandbox.steps.emplace_back(early);
                 }),
                 "outside /dev");
}

TEST(Check, EveryBindSaysWhichFileItMeansUnlessHutchMadeIt) {
  Bind unknown = known_bind("/srv", "/srv");
  unknown.identity.reset();
  EXPECT_REFUSED(fault_of_step(unknown), "does not say which file");
  unknown.source = HostPath::literal("/run/user/1000/hutch/x1/bus");
  EXPECT_EQ(fault_of_step(unknown), "");
  unknown.source = HostPath::literal("/run/user/1000/doc/by-app/org.x.y");
  EXPECT_EQ(fault_of([&](Plan& plan) {
              plan.sandbox.steps.emplace_back(AwaitHelpers{});
              plan.sandbox.steps.emplace_back(unknown);
            }),
            "");
  Bind fallback = known_bind("/srv", "/srv");
  fallback.source = HostPath::literal("/run/user/1000/hutch/x1/wayland");
  fallback.fallback = HostPath::literal("/run/user/1000/wayland-0");
  EXPECT_EQ(fault_of_step(fallback), "");
  fallback.identity.reset();
  EXPECT_REFUSED(fault_of_step(fallback), "falls back to");
  Bind link = known_bind("/srv", "/srv");
  link.type = FileType::kSymlink;
  EXPECT_REFUSED(fault_of_step(link), "symbolic link");
}

TEST(Check, HutchsOwnPlacesAreNeverWritable) {
  for (const char* const source : {"/run/user/1000/hutch", "/run/user/1000/hutch/x1", "/run/user/1000/hutch/other",
                                   "/run/user/1000", "/run", "/"}) {
    Bind bind = known_bind(source, "/mnt");
    EXPECT_EQ(fault_of_step(bind), "") << source;
    bind.access = BindAccess::kReadWrite;
    EXPECT_REFUSED(fault_of_step(bind), "belongs to hutch");
  }
  Bind beside = known_bind("/run/user/1000/hutch-other", "/mnt");
  beside.access = BindAccess::kReadWrite;
  EXPECT_EQ(fault_of_step(beside), "");
}

TEST(Check, OnlyHutchsOwnPlacesAreDeleted) {
  const auto removing = [](const char* path) {
    return [path](Plan& plan) { plan.sandbox.remove_at_end = {HostPath::literal(path)}; };
  };
  EXPECT_EQ(fault_of(removing("/run/user/1000/hutch/x1")), "");
  EXPECT_REFUSED(fault_of(removing("/run/user/1000/hutch")), "would be deleted");
  EXPECT_REFUSED(fault_of(removing("/home/user")), "would be deleted");
}

TEST(Check, WaitingForHelpersHappensOnce) {
  EXPECT_EQ(fault_of_step(AwaitHelpers{}), "");
  EXPECT_REFUSED(fault_of([](Plan& plan) {
                   plan.sandbox.steps.emplace_back(AwaitHelpers{});
                   plan.sandbox.steps.emplace_back(AwaitHelpers{});
                 }),
                 "twice");
}

TEST(Check, EnvironmentAndCommandAreWellFormed) {
  const auto with_entry = [](std::string entry) {
    return fault_of([&](Plan& plan) { plan.sandbox.environment = {"A=1", entry}; });
  };
  EXPECT_EQ(with_entry("B="), "");
  EXPECT_REFUSED(with_entry("B"), "'B'");
  EXPECT_REFUSED(with_entry("=x"), "'=x'");
  EXPECT_REFUSED(with_entry(std::string("B=\0", 3)), "no environment entry");
  EXPECT_REFUSED(with_entry("A=2"), "set twice");
  EXPECT_REFUSED(fault_of([](Plan& plan) { plan.sandbox.command.program = "true"; }), "no absolute program");
  EXPECT_REFUSED(fault_of([](Plan& plan) { plan.sandbox.command.arguments.clear(); }), "no arguments");
  EXPECT_REFUSED(fault_of([](Plan& plan) { plan.sandbox.command.arguments = {std::string("a\0b", 3)}; }), "NUL");
}

TEST(Check, NumbersMakeSense) {
  const auto with_limit = [](ResourceLimit limit) {
    return fault_of([&](Plan& plan) { plan.sandbox.resource_limits = {limit}; });
  };
  EXPECT_EQ(with_limit({.resource = 15, .soft = 1, .hard = 1}), "");
  EXPECT_REFUSED(with_limit({.resource = 16, .soft = 1, .hard = 1}), "resource limit 16");
  EXPECT_REFUSED(with_limit({.resource = 1, .soft = 2, .hard = 1}), "resource limit 1");
  const auto with_namespace_limit = [](const char* name) {
    return fault_of([&](Plan& plan) { plan.sandbox.namespace_limits = {{.name = name, .value = 1}}; });
  };
  EXPECT_EQ(with_namespace_limit("max_inotify_watches"), "");
  EXPECT_REFUSED(with_namespace_limit("../kernel/x"), "no namespace limit");
  EXPECT_REFUSED(with_namespace_limit("other"), "no namespace limit");
  EXPECT_REFUSED(fault_of([](Plan& plan) { plan.sandbox.oom_score_adjust = 1001; }), "out-of-memory");
  EXPECT_REFUSED(fault_of([](Plan& plan) { plan.sandbox.namespaces.hostname = ""; }), "host name");
  EXPECT_REFUSED(fault_of([](Plan& plan) { plan.sandbox.namespaces.hostname = std::string(65, 'x'); }), "host name");
}

TEST(Check, NetworkRulesNeedANetwork) {
  const auto with_rule = [](NetworkRule rule) {
    return fault_of([&](Plan& plan) { plan.sandbox.network_rules = {rule}; });
  };
  EXPECT_EQ(with_rule({.ipv6 = false, .address = "10.0.0.0", .prefix = 32}), "");
  EXPECT_REFUSED(with_rule({.ipv6 = false, .address = "10.0.0.0", .prefix = 33}), "impossible prefix");
  EXPECT_REFUSED(with_rule({.ipv6 = true, .address = "::", .prefix = 129}), "impossible prefix");
  EXPECT_REFUSED(fault_of([](Plan& plan) {
                   plan.sandbox.network_rules = {{.address = "10.0.0.0", .prefix = 8}};
                   plan.sandbox.namespaces.network = false;
                 }),
                 "no network of its own");
}

TEST(Check, DescriptorsDoNotClashWithTheLaunchers) {
  const auto with = [](std::vector<std::int32_t> descriptors) {
    return fault_of([&](Plan& plan) { plan.sandbox.descriptors = descriptors; });
  };
  EXPECT_EQ(with({kFirstPassed, 20}), "");
  EXPECT_REFUSED(with({kLifeDescriptor}), "descriptor 10");
  EXPECT_REFUSED(with({-1}), "descriptor -1");
  EXPECT_REFUSED(with({20, 20}), "descriptor 20");
  EXPECT_REFUSED(with({5000}), "descriptor 5000");
}

TEST(Check, CountsAreBounded) {
  EXPECT_REFUSED(fault_of([](Plan& plan) {
                   for (std::size_t index = 0; index <= kStepLimit; ++index) {
                     plan.sandbox.steps.emplace_back(Dir{.target = box("/d" + std::to_string(index))});
                   }
                 }),
                 "too many steps");
  EXPECT_REFUSED(fault_of([](Plan& plan) { plan.sandbox.command.arguments.resize(kArgumentLimit + 1); }), "too long");
  EXPECT_EQ(fault_of([](Plan& plan) { plan.sandbox.command.arguments.resize(kArgumentLimit); }), "");
}

TEST(Check, TheBusProxysSandboxIsCheckedToo) {
  Plan plan = small_plan();
  BusProxy proxy;
  proxy.sandbox = plan.sandbox;
  proxy.sandbox.descriptors = {kLifeDescriptor};
  plan.helpers = {proxy};
  EXPECT_TRUE(check(plan));
  proxy.sandbox.root_size = 0;
  plan.helpers = {proxy};
  const Status status = check(plan);
  ASSERT_FALSE(status);
  EXPECT_REFUSED(status.error().describe(), "bus proxy");
}

TEST(Check, ASystemHasRangesOfIdsOrItsUserIsRoot) {
  const auto with = [](const std::function<void(Plan&)>& change) {
    return fault_of([&](Plan& plan) {
      plan.sandbox.landlock = {.files = false};
      plan.sandbox.system = Overlay{
          .lowers = {HostPath::literal("/a")}, .upper = HostPath::literal("/b"), .work = HostPath::literal("/c")};
      change(plan);
    });
  };
  const std::vector<IdRange> ids = {{.inside = 0, .outside = 100000, .count = 1}};
  const auto give = [&](Plan& plan) { plan.sandbox.namespaces.uid_ranges = plan.sandbox.namespaces.gid_ranges = ids; };
  EXPECT_EQ(with(give), "");
  EXPECT_EQ(with([](Plan& plan) { plan.sandbox.namespaces.maps_to_root = true; }), "");
  EXPECT_REFUSED(with([](Plan&) {}), "ids of its own");
  EXPECT_REFUSED(with([&](Plan& plan) {
                   give(plan);
                   plan.sandbox.namespaces.maps_to_root = true;
                 }),
                 "ids of its own");
  EXPECT_REFUSED(fault_of([](Plan& plan) { plan.sandbox.namespaces.maps_to_root = true; }), "only a system");
}

TEST(Check, OnlyASystemWithAScopeGetsCgroups) {
  const auto with = [](bool is_system, std::vector<Step> steps) {
    return fault_of([&](Plan& plan) {
      plan.sandbox.landlock = {.files = false};
      if (is_system) {
        plan.sandbox.system = Overlay{
            .lowers = {HostPath::literal("/a")}, .upper = HostPath::literal("/b"), .work = HostPath::literal("/c")};
        plan.sandbox.namespaces.maps_to_root = true;
      }
      for (Step& step : steps) plan.sandbox.steps.push_back(std::move(step));
    });
  };
  const ControlGroups groups{.target = box("/sys/fs/cgroup")};
  EXPECT_EQ(with(true, {AwaitHelpers{}, groups}), "");
  EXPECT_REFUSED(with(true, {groups, AwaitHelpers{}}), "cgroups of its own");
  EXPECT_REFUSED(with(true, {groups}), "cgroups of its own");
  EXPECT_REFUSED(with(false, {AwaitHelpers{}, groups}), "cgroups of its own");
}

TEST(Check, SuccessIsAnsweredOnlyWhereTheUserIsRoot) {
  EXPECT_REFUSED(fault_of([](Plan& plan) {
                   plan.seccomp.allowed = {"chown"};
                   plan.seccomp.answer_success = {"chown"};
                 }),
                 "succeed");
  const auto answer = [](const char* call) {
    return fault_of([&](Plan& plan) {
      plan.sandbox.landlock = {.files = false};
      plan.sandbox.system = Overlay{
          .lowers = {HostPath::literal("/a")}, .upper = HostPath::literal("/b"), .work = HostPath::literal("/c")};
      plan.sandbox.namespaces.maps_to_root = true;
      plan.seccomp.allowed = {"chown"};
      plan.seccomp.answer_success = {call};
    });
  };
  EXPECT_EQ(answer("chown"), "");
  EXPECT_REFUSED(answer("mount"), "succeed");
}

TEST(Check, WhatNeedsACoordinatorIsKnown) {
  EXPECT_FALSE(needs_coordinator(small_plan()));
  EXPECT_TRUE(needs_coordinator(test::full_plan()));
  Plan awaiting = small_plan();
  awaiting.sandbox.steps.emplace_back(AwaitHelpers{});
  EXPECT_TRUE(needs_coordinator(awaiting));
  Plan mapped = small_plan();
  mapped.sandbox.namespaces.uid_ranges = {{.inside = 0, .outside = 100000, .count = 1}};
  EXPECT_TRUE(needs_coordinator(mapped));
  Plan scoped = small_plan();
  scoped.scope.emplace();
  EXPECT_TRUE(needs_coordinator(scoped));
}

TEST(Check, TargetsOfStepsAreKnown) {
  EXPECT_EQ(target_of(Mask{.target = box("/x")}).str(), "/x");
  EXPECT_EQ(target_of(AwaitHelpers{}).str(), "/");
}

}  // namespace
}  // namespace hutch::plan
