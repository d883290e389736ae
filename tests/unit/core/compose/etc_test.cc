#include "core/compose/etc.h"

#include <gtest/gtest.h>

#include "fake_host.h"
#include "steps.h"

namespace hutch::compose {
namespace {

using test::bind_at;
using test::FakeHost;
using test::launch_of;
using test::profile_of;
using test::step_at;

plan::Plan plan_of(const FakeHost& host, const profile::Profile& profile) {
  auto plan = host.compose(profile, {}, launch_of("/usr/bin/true"));
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().describe());
  return plan ? *plan : plan::Plan();
}

std::string content_of(const plan::Plan& plan, const std::string& path) {
  const plan::Step* const step = step_at(plan, path);
  const auto* const file = step == nullptr ? nullptr : std::get_if<plan::File>(step);
  return file == nullptr ? "(no file)" : file->content;
}

TEST(Etc, AccountsHoldTheUserAlone) {
  const auto plan = plan_of(FakeHost::desktop(), profile_of({}));
  EXPECT_EQ(content_of(plan, "/etc/passwd"),
            "alice:x:1000:1000:Alice Example:/home/alice:/bin/bash\n"
            "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n");
  EXPECT_EQ(content_of(plan, "/etc/group"), "alice:x:1000:\nnogroup:x:65534:\n");
}

TEST(Etc, AccountFieldsCannotAddLines) {
  FakeHost host = FakeHost::desktop();
  host.facts.user.full_name = "Alice\nroot:x:0:0";
  const auto plan = plan_of(host, profile_of({}));
  EXPECT_EQ(content_of(plan, "/etc/passwd").find("\nroot"), std::string::npos);
}

TEST(Etc, TheHostsSecretsAreNotThere) {
  const auto plan = plan_of(FakeHost::desktop(), profile_of({"socket=wayland"}));
  EXPECT_FALSE(test::brings(plan, "/etc/shadow"));
  EXPECT_FALSE(test::brings(plan, "/etc/machine-id"));
  EXPECT_NE(bind_at(plan, "/etc/ssl/certs"), nullptr);
}

TEST(Etc, MachineIdsDifferByBoxAndHostAndStayTheSame) {
  FakeHost host = FakeHost::desktop();
  profile::Profile profile = profile_of({});
  const std::string first = content_of(plan_of(host, profile), "/etc/machine-id");
  EXPECT_EQ(first.size(), 33U);
  EXPECT_EQ(content_of(plan_of(host, profile), "/etc/machine-id"), first);
  EXPECT_NE(first, host.facts.machine_id + "\n");
  profile.box = *BoxName::parse("work");
  EXPECT_NE(content_of(plan_of(host, profile), "/etc/machine-id"), first);
  host.facts.machine_id = "ffffffffffffffffffffffffffffffff";
  profile.box = {};
  EXPECT_NE(content_of(plan_of(host, profile), "/etc/machine-id"), first);
}

TEST(Etc, TheTimeZoneIsALinkIntoTheSystemsOwn) {
  FakeHost host = FakeHost::desktop();
  const auto plan = plan_of(host, profile_of({}));
  EXPECT_EQ(std::get<plan::Symlink>(*step_at(plan, "/etc/localtime")).points_to, "/usr/share/zoneinfo/Europe/Berlin");
  host.facts.timezone = "../../../home/alice";
  EXPECT_EQ(std::get<plan::Symlink>(*step_at(plan_of(host, profile_of({})), "/etc/localtime")).points_to,
            "/usr/share/zoneinfo/Europe/Berlin");  // the host's link, not the name
}

TEST(Etc, WithoutANetworkThereIsNothingToResolveWith) {
  const auto none = plan_of(FakeHost::desktop(), profile_of({"network=none"}));
  EXPECT_EQ(step_at(none, "/etc/resolv.conf"), nullptr);
  EXPECT_NE(content_of(none, "/etc/hosts").find("localhost"), std::string::npos);
  const auto host = plan_of(FakeHost::desktop(), profile_of({"network=host"}));
  EXPECT_NE(content_of(host, "/etc/resolv.conf").find("192.0.2.53"), std::string::npos);
  EXPECT_NE(bind_at(host, "/etc/hosts"), nullptr);
}

TEST(Etc, LinksIntoUsrStayLinks) {
  const auto plan = plan_of(FakeHost::desktop(), profile_of({}));
  EXPECT_EQ(std::get<plan::Symlink>(*step_at(plan, "/etc/os-release")).points_to, "/usr/lib/os-release");
}

TEST(Etc, DesktopFilesAreForProgramsWithWindows) {
  EXPECT_EQ(step_at(plan_of(FakeHost::desktop(), profile_of({})), "/etc/fonts"), nullptr);
  EXPECT_NE(bind_at(plan_of(FakeHost::desktop(), profile_of({"socket=wayland"})), "/etc/fonts"), nullptr);
}

}  // namespace
}  // namespace hutch::compose
