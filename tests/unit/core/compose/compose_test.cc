#include "core/compose/compose.h"

#include <gtest/gtest.h>

#include "core/plan/describe.h"
#include "core/plan/wire.h"
#include "fake_host.h"
#include "steps.h"

namespace hutch::compose {
namespace {

using test::bind_at;
using test::FakeHost;
using test::helper_of;
using test::launch_of;
using test::profile_of;
using test::step_at;
using test::variable;

Result<plan::Plan> compose_with(const FakeHost& host, const std::vector<std::string>& flags,
                                const profile::Request& request = {}) {
  return host.compose(profile_of(flags), request, launch_of("/usr/bin/true"));
}

TEST(Compose, TheEmptyProfileIsAClosedBox) {
  const auto plan = compose_with(FakeHost::desktop(), {});
  ASSERT_TRUE(plan) << plan.error().describe();
  EXPECT_EQ(plan->network_mode, "none");
  EXPECT_TRUE(plan->sandbox.namespaces.network);
  EXPECT_TRUE(plan->sandbox.namespaces.ipc);
  EXPECT_EQ(plan->sandbox.namespaces.hostname, "hutch");
  EXPECT_TRUE(plan->helpers.empty());
  EXPECT_FALSE(plan->identity);
  EXPECT_TRUE(plan->weakenings.empty());
  EXPECT_TRUE(plan->warnings.empty());
  EXPECT_EQ(bind_at(*plan, "/usr")->access, plan::BindAccess::kReadOnly);
  EXPECT_TRUE(std::get<plan::Proc>(*step_at(*plan, "/proc")).masked);
  for (const char* const path : {"/sys", "/run/user/1000/bus", "/run/user/1000/wayland-0", "/dev/dri/renderD128"}) {
    EXPECT_EQ(step_at(*plan, path), nullptr) << path;
  }
}

TEST(Compose, EveryMemoryFileSystemHasASize) {
  profile::Request request;
  request.disposable = true;
  const auto plan = compose_with(FakeHost::desktop(), {"socket=wayland"}, request);
  ASSERT_TRUE(plan);
  EXPECT_GT(plan->sandbox.root_size, 0U);
  int count = 0;
  for (const plan::Step& step : plan->sandbox.steps) {
    const auto* const tmpfs = std::get_if<plan::Tmpfs>(&step);
    if (tmpfs == nullptr) continue;
    EXPECT_GT(tmpfs->size, 0U);
    EXPECT_GT(tmpfs->inodes, 0U);
    ++count;
  }
  EXPECT_EQ(count, 3);  // /tmp, the runtime directory, the home
}

TEST(Compose, TheRootIsSealedLast) {
  const auto plan = compose_with(FakeHost::desktop(), {"socket=wayland"});
  const auto* const seal = std::get_if<plan::Seal>(&plan->sandbox.steps.back());
  ASSERT_NE(seal, nullptr);
  EXPECT_TRUE(seal->target.is_root());
}

TEST(Compose, SocketsOfHelpersComeBehindTheBarrier) {
  const auto plan = compose_with(FakeHost::desktop(), {"socket=wayland", "portal=file-chooser", "allow=a11y"});
  ASSERT_TRUE(plan) << plan.error().describe();
  bool is_late = false;
  int late = 0;
  for (const plan::Step& step : plan->sandbox.steps) {
    is_late = is_late || std::holds_alternative<plan::AwaitHelpers>(step);
    const auto* const bind = std::get_if<plan::Bind>(&step);
    if (bind == nullptr || !bind->source.is_below(plan->instance_directory)) continue;
    EXPECT_TRUE(is_late) << plan::describe(step);
    ++late;
  }
  EXPECT_EQ(late, 3);  // Wayland, session bus, accessibility bus
  EXPECT_NE(helper_of<plan::BusProxy>(*plan), nullptr);
  ASSERT_NE(bind_at(*plan, "/run/user/1000/doc"), nullptr);
  EXPECT_EQ(bind_at(*plan, "/run/user/1000/doc")->source.str(), "/run/user/1000/doc/by-app/org.example.Sample");
  EXPECT_EQ(variable(*plan, "AT_SPI_BUS_ADDRESS"), "unix:path=/run/user/1000/at-spi/bus");
}

TEST(Compose, PortalUsersCarryTheMarkThatToolkitsLookFor) {
  const auto plan = compose_with(FakeHost::desktop(), {"portal=file-chooser"});
  ASSERT_TRUE(plan) << plan.error().describe();
  ASSERT_NE(step_at(*plan, "/.flatpak-info"), nullptr);
  EXPECT_EQ(std::get<plan::File>(*step_at(*plan, "/.flatpak-info")).content, plan->identity->info);
  EXPECT_EQ(plan->sandbox.remove_at_end.size(), 2U);
  const auto nested = compose_with(FakeHost::desktop(), {"portal=file-chooser", "allow=nested-sandbox"});
  EXPECT_EQ(step_at(*nested, "/.flatpak-info"), nullptr);
  EXPECT_FALSE(std::get<plan::Proc>(*step_at(*nested, "/proc")).masked);
}

TEST(Compose, WaylandIsTheCompositorsOwnSocketOnlyAsAFallback) {
  const auto plan = compose_with(FakeHost::desktop(), {"socket=wayland"});
  const plan::Bind* const bind = bind_at(*plan, "/run/user/1000/wayland-0");
  ASSERT_NE(bind, nullptr);
  EXPECT_EQ(bind->source.str(), "/run/user/1000/hutch/app1/wayland/socket");
  EXPECT_EQ(bind->fallback->str(), "/run/user/1000/wayland-1");
  EXPECT_EQ(helper_of<plan::WaylandContext>(*plan)->compositor.str(), "/run/user/1000/wayland-1");
}

TEST(Compose, AMissingWaylandSocketIsOneClearError) {
  FakeHost host = FakeHost::desktop();
  host.facts.desktop.wayland_socket.reset();
  const auto plan = compose_with(host, {"socket=wayland"});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::kUnavailable);
  EXPECT_NE(plan.error().hint.find("WAYLAND_DISPLAY"), std::string::npos);
  const auto fallback = compose_with(host, {"socket=wayland", "socket=fallback-x11"});
  ASSERT_TRUE(fallback) << fallback.error().describe();
  EXPECT_NE(bind_at(*fallback, "/tmp/.X11-unix/X0"), nullptr);
  EXPECT_EQ(fallback->weakenings, std::vector<std::string>{"--socket=fallback-x11"});
  EXPECT_EQ(fallback->sandbox.namespaces.hostname, "engine");
}

TEST(Compose, FallbackX11IsNotUsedBesideWayland) {
  const auto plan = compose_with(FakeHost::desktop(), {"socket=wayland", "socket=fallback-x11"});
  EXPECT_EQ(step_at(*plan, "/tmp/.X11-unix/X0"), nullptr);
  EXPECT_EQ(variable(*plan, "DISPLAY"), "(unset)");
  EXPECT_TRUE(plan->weakenings.empty());
}

TEST(Compose, WeakeningsAreSpelledAsFlags) {
  const auto plan = compose_with(FakeHost::desktop(), {"network=host", "share=ipc", "socket=x11", "device=kvm"});
  ASSERT_TRUE(plan) << plan.error().describe();
  EXPECT_FALSE(plan->sandbox.namespaces.network);
  EXPECT_FALSE(plan->sandbox.namespaces.ipc);
  EXPECT_EQ(plan->weakenings.size(), 3U);
  const auto names = compose_with(FakeHost::desktop(), {"talk-name=org.freedesktop.Flatpak", "talk-name=org.x.Y"});
  ASSERT_TRUE(names) << names.error().describe();
  EXPECT_EQ(names->weakenings, std::vector<std::string>{"--talk-name=org.freedesktop.Flatpak"});
}

TEST(Compose, MissingWallsAreWarningsAndStrictRefuses) {
  FakeHost host = FakeHost::desktop();
  host.facts.kernel.landlock_abi = 0;
  EXPECT_EQ(compose_with(host, {})->warnings.size(), 1U);
  host.facts.kernel.landlock_abi = 5;
  EXPECT_EQ(compose_with(host, {})->warnings.size(), 1U);
  profile::Request strict;
  strict.strict = true;
  EXPECT_FALSE(compose_with(host, {}, strict));
  host.facts.kernel.landlock_abi = 6;
  EXPECT_TRUE(compose_with(host, {}, strict));
}

TEST(Compose, ARuntimeDirectoryOfSomebodyElseIsRefused) {
  FakeHost host = FakeHost::desktop();
  host.facts.directories.runtime = HostPath::literal("/usr");
  ASSERT_FALSE(compose_with(host, {}));
  EXPECT_EQ(compose_with(host, {}).error().kind, ErrorKind::kUnavailable);
}

TEST(Compose, BoxesAreAppsOwnOrProgramsOwn) {
  FakeHost host = FakeHost::desktop();
  host.add_program("/home/alice/src/tool");
  host.add_program("/home/alice/other/tool");
  profile::Profile profile = profile_of({});
  profile.box = *BoxName::parse("work");
  const auto home_of = [&](const std::string& program) {
    return bind_at(*host.compose(profile, {}, launch_of(program)), "/home/alice")->source.str();
  };
  EXPECT_EQ(home_of("/usr/bin/true"), "/home/alice/.local/share/hutch/boxes/sample/work/home");
  profile.box = {};
  profile.match = {};
  const std::string first = home_of("/home/alice/src/tool");
  EXPECT_NE(first.find("/boxes/sample/.tool-"), std::string::npos) << first;
  EXPECT_NE(first, home_of("/home/alice/other/tool"));
}

TEST(Compose, ABoxIsFoundAgainByWhereItsProgramIs) {
  FakeHost host = FakeHost::desktop();
  profile::Profile profile = profile_of({});
  profile.match = {};
  const auto first = host.compose(profile, {}, launch_of("/bin/true"));
  ASSERT_TRUE(first);
  const std::string home = bind_at(*first, "/home/alice")->source.str();
  EXPECT_FALSE(bind_at(*first, "/home/alice")->identity);
  host.add_directory(home);
  const auto second = host.compose(profile, {}, launch_of("/usr/bin/true"));
  EXPECT_EQ(bind_at(*second, "/home/alice")->source.str(), home);
  EXPECT_TRUE(bind_at(*second, "/home/alice")->identity);
}

TEST(Compose, ADisposableHomeIsMemory) {
  profile::Request request;
  request.disposable = true;
  const auto plan = compose_with(FakeHost::desktop(), {}, request);
  EXPECT_TRUE(std::holds_alternative<plan::Tmpfs>(*step_at(*plan, "/home/alice")));
  EXPECT_TRUE(plan->directories.empty());
}

TEST(Compose, AHomeBehindASymlinkKeepsItsName) {
  FakeHost host = FakeHost::desktop();
  FakeHost moved = host;
  moved.remove("/home");
  moved.add_link("/home", "var/home");
  for (const char* const path : {"/var/home/alice/Documents", "/var/home/alice/.local/share", "/var/home/alice/.ssh"}) {
    moved.add_directory(path);
  }
  const auto plan = compose_with(moved, {"filesystem=xdg-documents"});
  ASSERT_TRUE(plan) << plan.error().describe();
  EXPECT_EQ(bind_at(*plan, "/home/alice/Documents")->source.str(), "/var/home/alice/Documents");
  EXPECT_EQ(bind_at(*plan, "/home/alice")->source.str(),
            "/var/home/alice/.local/share/hutch/boxes/sample/default/home");
}

TEST(Compose, PlansSurviveTheWire) {
  const auto plan = compose_with(FakeHost::desktop(), {"socket=wayland", "portal=all", "device=dri", "network=host"});
  ASSERT_TRUE(plan) << plan.error().describe();
  const auto again = plan::decode_plan(plan::encode(*plan));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *plan);
}

}  // namespace
}  // namespace hutch::compose
