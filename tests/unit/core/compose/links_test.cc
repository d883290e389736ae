#include "core/compose/links.h"

#include <gtest/gtest.h>

#include "fake_host.h"
#include "steps.h"

namespace hutch::compose {
namespace {

using test::brings;
using test::FakeHost;
using test::launch_of;
using test::profile_of;

// What is said to a file handed over under this name; "" when the program gets it.
std::string refusal(const FakeHost& host, const std::string& named, const std::string& file,
                    const std::vector<std::string>& flags = {}) {
  profile::Request request;
  request.arguments = {named};
  request.files = {{.index = 0, .file = *HostPath::parse(file), .named = *HostPath::parse(named)}};
  const auto plan = host.compose(profile_of(flags), request, launch_of("/usr/bin/true", {named}));
  if (!plan) return plan.error().describe();
  EXPECT_TRUE(brings(*plan, file));
  return "";
}

TEST(Links, AFileIsHandedOverWhereverItsNameLeads) {
  FakeHost host = FakeHost::desktop();
  host.add("/srv/data/letter.txt");
  host.add_link("/home/alice/letter.txt", "/srv/data/letter.txt");
  EXPECT_EQ(refusal(host, "/home/alice/letter.txt", "/srv/data/letter.txt"), "");
}

TEST(Links, APlantedLinkToASecretIsRefused) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/.ssh/id_ed25519");
  host.add_link("/home/alice/Documents/letter.txt", "/home/alice/.ssh/id_ed25519");
  host.add_link("/home/alice/Documents/keys", "../.ssh");
  const std::string secret = "/home/alice/.ssh/id_ed25519";
  for (const std::vector<std::string>& flags : {std::vector<std::string>{}, {"filesystem=xdg-documents"}}) {
    EXPECT_NE(refusal(host, "/home/alice/Documents/letter.txt", secret, flags).find("protected place"),
              std::string::npos);
    EXPECT_NE(refusal(host, "/home/alice/Documents/keys/id_ed25519", secret, flags), "");
    EXPECT_EQ(refusal(host, secret, secret, flags), "") << "who names it means it";
  }
}

TEST(Links, ASecretThatIsASymlinkItselfIsProtectedWhereItLeads) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/dotfiles/keys/id_ed25519");
  host.add_link("/home/alice/.ssh", "dotfiles/keys");
  host.add_link("/home/alice/Documents/letter.txt", "/home/alice/dotfiles/keys/id_ed25519");
  const std::string secret = "/home/alice/dotfiles/keys/id_ed25519";
  EXPECT_NE(refusal(host, "/home/alice/Documents/letter.txt", secret), "");
  EXPECT_EQ(refusal(host, "/home/alice/.ssh/id_ed25519", secret), "");
}

TEST(Links, SoIsOneBehindALinkedDirectory) {
  FakeHost host = FakeHost::desktop();
  host.remove("/home/alice/.config");
  host.add("/home/alice/dotfiles/config/autostart/tool.desktop");
  host.add_link("/home/alice/.config", "dotfiles/config");
  host.add_link("/home/alice/Documents/letter.txt", "/home/alice/dotfiles/config/autostart/tool.desktop");
  EXPECT_NE(refusal(host, "/home/alice/Documents/letter.txt", "/home/alice/dotfiles/config/autostart/tool.desktop"),
            "");
}

TEST(Links, AGrantThroughALinkInAPlaceOfTheUsersIsRefused) {
  FakeHost host = FakeHost::desktop();
  host.add("/srv/data/a");
  host.add_link("/home/alice/Documents/data", "/srv/data");
  const auto plan = host.compose(profile_of({"filesystem=~/Documents/data"}), {}, launch_of("/usr/bin/true"));
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().describe().find("'/home/alice/Documents/data'"), std::string::npos);
}

}  // namespace
}  // namespace hutch::compose
