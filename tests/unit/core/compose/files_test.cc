#include "core/compose/files.h"

#include <gtest/gtest.h>

#include "fake_host.h"
#include "steps.h"

namespace hutch::compose {
namespace {

using plan::BindAccess;
using test::bind_at;
using test::brings;
using test::FakeHost;
using test::launch_of;
using test::profile_of;
using test::step_at;

plan::Plan plan_of(const FakeHost& host, const std::vector<std::string>& flags) {
  auto plan = host.compose(profile_of(flags), {}, launch_of("/usr/bin/true"));
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().describe());
  return plan ? *plan : plan::Plan();
}

std::string refusal(const FakeHost& host, const std::vector<std::string>& flags,
                    profile::Rank rank = profile::Rank::kUser) {
  const auto plan = host.compose(profile_of(flags, rank), {}, launch_of("/usr/bin/true"));
  return plan ? "" : plan.error().describe();
}

TEST(Files, NothingOfTheHomeIsVisibleWithoutAGrant) {
  const auto plan = plan_of(FakeHost::desktop(), {});
  EXPECT_FALSE(brings(plan, "/home/alice/Documents"));
  EXPECT_FALSE(brings(plan, "/opt"));
  EXPECT_EQ(bind_at(plan, "/home/alice")->source.str(), "/home/alice/.local/share/hutch/boxes/sample/default/home");
}

TEST(Files, AGrantedDirectoryIsOneBindAtItsPlace) {
  const auto plan = plan_of(FakeHost::desktop(), {"filesystem=xdg-documents:ro", "filesystem=xdg-music"});
  ASSERT_NE(bind_at(plan, "/home/alice/Documents"), nullptr);
  EXPECT_EQ(bind_at(plan, "/home/alice/Documents")->access, BindAccess::kReadOnly);
  EXPECT_TRUE(bind_at(plan, "/home/alice/Documents")->identity);
  EXPECT_EQ(bind_at(plan, "/home/alice/Music")->access, BindAccess::kReadWrite);
}

TEST(Files, NoexecIsKept) {
  const auto plan = plan_of(FakeHost::desktop(), {"filesystem=xdg-documents:rw:noexec"});
  EXPECT_FALSE(bind_at(plan, "/home/alice/Documents")->executable);
}

TEST(Files, AGrantOfTheHomeLeavesSecretsOut) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/.ssh/id_ed25519");
  host.add("/home/alice/.config/gh/hosts.yml");
  host.add("/home/alice/.config/app/settings");
  host.add("/home/alice/notes.txt");
  const auto plan = plan_of(host, {"filesystem=home"});
  EXPECT_FALSE(brings(plan, "/home/alice/.ssh"));
  EXPECT_FALSE(brings(plan, "/home/alice/.config/gh"));
  EXPECT_NE(bind_at(plan, "/home/alice/.config/app"), nullptr);
  EXPECT_NE(bind_at(plan, "/home/alice/notes.txt"), nullptr);
  EXPECT_EQ(bind_at(plan, "/home/alice/notes.txt")->type, FileType::kRegular);
  // The home itself and ~/.config stay the box's own: what is made there later stays there.
  EXPECT_EQ(bind_at(plan, "/home/alice")->source.str(), "/home/alice/.local/share/hutch/boxes/sample/default/home");
  EXPECT_EQ(step_at(plan, "/home/alice/.config"), nullptr);
}

TEST(Files, AWritableGrantOfTheHomeLeavesStartUpFilesReadOnly) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/.bashrc");
  host.add("/home/alice/.config/autostart/x.desktop");
  host.add("/home/alice/.config/git/credentials");
  host.add("/home/alice/.config/git/ignore");
  const auto plan = plan_of(host, {"filesystem=home"});
  EXPECT_EQ(bind_at(plan, "/home/alice/.bashrc")->access, BindAccess::kReadOnly);
  EXPECT_EQ(bind_at(plan, "/home/alice/.config/autostart")->access, BindAccess::kReadOnly);
  // Secrets inside of what is read-only stay out as well.
  EXPECT_FALSE(brings(plan, "/home/alice/.config/git/credentials"));
  EXPECT_EQ(bind_at(plan, "/home/alice/.config/git/ignore")->access, BindAccess::kReadOnly);
}

TEST(Files, HutchsOwnPlacesNeverComeIn) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/.config/hutch/profiles/x.toml");
  host.add("/home/alice/.local/share/hutch/boxes/other/default/home/secret");
  for (const char* const flag : {"filesystem=home", "filesystem=host", "filesystem=~/.config:ro",
                                 "filesystem=xdg-config", "filesystem=~/.local"}) {
    const auto plan = plan_of(host, {flag});
    EXPECT_FALSE(brings(plan, "/home/alice/.config/hutch")) << flag;
    EXPECT_FALSE(brings(plan, "/home/alice/.local/share/hutch/boxes/other")) << flag;
  }
  for (const char* const flag :
       {"filesystem=~/.config/hutch:ro", "filesystem=~/.local/share/hutch/boxes/other", "filesystem=xdg-run/hutch"}) {
    EXPECT_NE(refusal(host, {flag}).find("not given to a sandbox"), std::string::npos) << flag;
  }
}

TEST(Files, HutchsOwnPlacesAreFoundThroughSymlinks) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/dotfiles/config/hutch/hutch.toml");
  host.add("/home/alice/dotfiles/config/app/settings");
  host.remove("/home/alice/.config");
  host.add_link("/home/alice/.config", "dotfiles/config");
  const auto plan = plan_of(host, {"filesystem=~/dotfiles"});
  EXPECT_FALSE(brings(plan, "/home/alice/dotfiles/config/hutch"));
  EXPECT_NE(bind_at(plan, "/home/alice/dotfiles/config/app"), nullptr);
  EXPECT_NE(refusal(host, {"filesystem=~/dotfiles/config/hutch"}), "");
}

TEST(Files, ASecretThatIsASymlinkIsHiddenWhereItLeads) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/dotfiles/keys/id_ed25519");
  host.add("/home/alice/dotfiles/vimrc");
  host.add_link("/home/alice/.ssh", "dotfiles/keys");
  const auto plan = plan_of(host, {"filesystem=~/dotfiles"});
  EXPECT_FALSE(brings(plan, "/home/alice/dotfiles/keys"));
  EXPECT_NE(bind_at(plan, "/home/alice/dotfiles/vimrc"), nullptr);
}

TEST(Files, WhatIsNamedIsOpened) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/.ssh/id_ed25519");
  host.add("/home/alice/.mozilla/profiles.ini");
  const auto plan = plan_of(host, {"filesystem=home:ro", "filesystem=~/.mozilla:ro"});
  EXPECT_NE(bind_at(plan, "/home/alice/.mozilla"), nullptr);
  EXPECT_EQ(plan.weakenings.size(), 2U);  // the home, and what it would have kept out
  EXPECT_FALSE(brings(plan, "/home/alice/.ssh"));
}

TEST(Files, HiddenTakesADirectoryApart) {
  FakeHost host = FakeHost::desktop();
  host.add("/srv/data/public/a");
  host.add("/srv/data/private/b");
  const auto plan = plan_of(host, {"filesystem=/srv/data", "filesystem=/srv/data/private:hidden"});
  EXPECT_FALSE(brings(plan, "/srv/data/private"));
  EXPECT_TRUE(std::holds_alternative<plan::Dir>(*step_at(plan, "/srv/data")));
  EXPECT_NE(bind_at(plan, "/srv/data/public"), nullptr);
}

TEST(Files, AReadOnlyGrantBelowAWritableOneTakesItApart) {
  FakeHost host = FakeHost::desktop();
  host.add("/srv/data/public/a");
  host.add("/srv/data/fixed/b");
  const auto plan = plan_of(host, {"filesystem=/srv/data", "filesystem=/srv/data/fixed:ro"});
  EXPECT_EQ(bind_at(plan, "/srv/data"), nullptr);
  EXPECT_EQ(bind_at(plan, "/srv/data/fixed")->access, BindAccess::kReadOnly);
  EXPECT_EQ(bind_at(plan, "/srv/data/public")->access, BindAccess::kReadWrite);
}

TEST(Files, AWritableGrantBelowAReadOnlyOneIsMountedOverIt) {
  FakeHost host = FakeHost::desktop();
  host.add("/srv/data/open/a");
  const auto plan = plan_of(host, {"filesystem=/srv/data:ro", "filesystem=/srv/data/open"});
  EXPECT_EQ(bind_at(plan, "/srv/data")->access, BindAccess::kReadOnly);
  EXPECT_EQ(bind_at(plan, "/srv/data/open")->access, BindAccess::kReadWrite);
}

TEST(Files, LinksInADirectoryTakenApartLeadNowhereNew) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/.ssh/id_ed25519");
  host.add("/home/alice/drafts/plan.txt");
  host.add("/srv/other/x");
  host.add_link("/home/alice/keys", ".ssh");
  host.add_link("/home/alice/outside", "/srv/other");
  host.add_link("/home/alice/current", "drafts");
  const auto plan = plan_of(host, {"filesystem=home"});
  EXPECT_EQ(step_at(plan, "/home/alice/keys"), nullptr);
  EXPECT_EQ(step_at(plan, "/home/alice/outside"), nullptr);
  EXPECT_EQ(bind_at(plan, "/home/alice/current")->source.str(), "/home/alice/drafts");
  EXPECT_FALSE(brings(plan, "/srv/other"));
}

TEST(Files, SocketsInADirectoryTakenApartStayOut) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/agent.sock", FileType::kSocket, 0700);
  host.add("/home/alice/fifo", FileType::kFifo, 0600);
  const auto plan = plan_of(host, {"filesystem=home"});
  EXPECT_FALSE(brings(plan, "/home/alice/agent.sock"));
  EXPECT_FALSE(brings(plan, "/home/alice/fifo"));
}

TEST(Files, HostLeavesTheSystemsDirectoriesOut) {
  FakeHost host = FakeHost::desktop();
  host.add("/opt/tool/bin");
  host.add("/root/x");
  host.add("/run/media/alice/STICK/x");
  host.add("/run/docker.sock", FileType::kSocket, 0660);
  const auto plan = plan_of(host, {"filesystem=host"});
  EXPECT_NE(bind_at(plan, "/opt"), nullptr);
  EXPECT_NE(bind_at(plan, "/run/media"), nullptr);
  EXPECT_NE(bind_at(plan, "/home/alice/Documents"), nullptr);
  for (const char* const path : {"/root", "/run/docker.sock", "/boot", "/etc/shadow", "/tmp/.X11-unix"}) {
    EXPECT_FALSE(brings(plan, path)) << path;
  }
  EXPECT_TRUE(std::holds_alternative<plan::Proc>(*step_at(plan, "/proc")));
}

TEST(Files, HostOsAndHostEtcAreShownBelowRunHost) {
  const auto plan = plan_of(FakeHost::desktop(), {"filesystem=host-os:ro", "filesystem=host-etc:ro"});
  EXPECT_EQ(bind_at(plan, "/run/host/usr")->source.str(), "/usr");
  EXPECT_EQ(bind_at(plan, "/run/host/etc")->access, BindAccess::kReadOnly);
  EXPECT_TRUE(std::holds_alternative<plan::File>(*step_at(plan, "/etc/passwd")));
}

TEST(Files, PlacesWithAMeaningOfTheirOwnAreRefused) {
  const FakeHost host = FakeHost::desktop();
  for (const char* const flag : {"filesystem=/proc", "filesystem=/sys/class", "filesystem=/dev/sda", "filesystem=/etc",
                                 "filesystem=/run", "filesystem=/run/user/1000", "filesystem=/var/run",
                                 "filesystem=/tmp", "filesystem=xdg-run/bus", "filesystem=xdg-run/doc"}) {
    EXPECT_NE(refusal(host, {flag}).find("test.toml:3:5"), std::string::npos) << flag;
  }
}

TEST(Files, SocketsOfAdministratorsNeedTheUsersOwnWord) {
  FakeHost host = FakeHost::desktop();
  host.add("/run/docker.sock", FileType::kSocket, 0660);
  EXPECT_NE(refusal(host, {"filesystem=/var/run/docker.sock"}, profile::Rank::kShipped), "");
  const auto plan = plan_of(host, {"filesystem=/var/run/docker.sock"});
  ASSERT_NE(bind_at(plan, "/run/docker.sock"), nullptr);
  ASSERT_EQ(plan.weakenings.size(), 1U);
  EXPECT_NE(plan.weakenings[0].find("docker.sock"), std::string::npos);
}

TEST(Files, WhatDoesNotExistIsSkippedInProfilesAndAnErrorWhenTyped) {
  const FakeHost host = FakeHost::desktop();
  EXPECT_EQ(refusal(host, {"filesystem=/nowhere"}), "");
  EXPECT_NE(refusal(host, {"filesystem=/nowhere"}, profile::Rank::kCommandLine).find("'/nowhere' does not exist"),
            std::string::npos);
}

TEST(Files, CreateMakesTheDirectoryBeforeTheStart) {
  const auto plan = plan_of(FakeHost::desktop(), {"filesystem=~/Games:create"});
  EXPECT_NE(bind_at(plan, "/home/alice/Games"), nullptr);
  EXPECT_EQ(plan.directories.back().str(), "/home/alice/Games");
}

TEST(Files, AGrantedSymlinkShowsWhatItLeadsTo) {
  FakeHost host = FakeHost::desktop();
  host.remove("/home/alice/Documents");
  host.add("/srv/docs/a");
  host.add_link("/home/alice/Documents", "/srv/docs");
  const auto plan = plan_of(host, {"filesystem=xdg-documents"});
  EXPECT_EQ(bind_at(plan, "/home/alice/Documents")->source.str(), "/srv/docs");
  // Also when the home around it is granted and taken apart.
  const auto both = plan_of(host, {"filesystem=xdg-documents", "filesystem=home:ro"});
  EXPECT_EQ(bind_at(both, "/home/alice/Documents")->access, BindAccess::kReadWrite);
  // Below a grant that is one bind the link shows as itself.
  host.add_link("/srv/a/link", "/srv/docs");
  const auto inside = plan_of(host, {"filesystem=/srv/a:ro", "filesystem=/srv/a/link"});
  EXPECT_EQ(step_at(inside, "/srv/a/link"), nullptr);
  EXPECT_NE(bind_at(inside, "/srv/docs"), nullptr);
}

TEST(Files, ASymlinkAProgramMayHavePlantedOpensNothing) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/.ssh/id_ed25519");
  host.add("/home/alice/.bashrc");
  host.add("/home/alice/other/diary");
  host.add("/home/alice/drafts/plan.txt");
  host.add_link("/home/alice/drafts/keys", "../.ssh");
  host.add_link("/home/alice/drafts/shell", "../.bashrc");
  host.add_link("/home/alice/drafts/out", "../other");
  host.add_link("/home/alice/mine", "other");
  for (const char* const flag :
       {"filesystem=~/drafts/keys:ro", "filesystem=~/drafts/keys/id_ed25519:ro", "filesystem=~/drafts/shell",
        "filesystem=~/drafts/out", "filesystem=~/drafts/out:create", "filesystem=~/drafts/out/diary:ro"}) {
    EXPECT_NE(refusal(host, {flag}).find("not given to a sandbox"), std::string::npos) << flag;
    EXPECT_NE(refusal(host, {"filesystem=~/drafts", flag}).find("not given to a sandbox"), std::string::npos) << flag;
  }
  // In the home itself no program can have made one: it is always taken apart.
  EXPECT_EQ(bind_at(plan_of(host, {"filesystem=~/mine"}), "/home/alice/mine")->source.str(), "/home/alice/other");
  EXPECT_NE(bind_at(plan_of(host, {"filesystem=~/.ssh:ro"}), "/home/alice/.ssh"), nullptr);
}

TEST(Files, PersistKeepsADirectoryTheBoxsOwnInAGrantedHome) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/.config/app/settings");
  const auto plan = plan_of(host, {"filesystem=home", "persist=.config/app"});
  EXPECT_FALSE(brings(plan, "/home/alice/.config/app"));
  EXPECT_TRUE(std::holds_alternative<plan::Dir>(*step_at(plan, "/home/alice/.config/app")));
}

TEST(Files, AGrantIsNotUndoneByTheBase) {
  FakeHost host = FakeHost::desktop();
  host.add("/var/tmp/x");
  host.add("/etc/firefox/policies.json");
  const auto plan = plan_of(host, {"filesystem=/var/tmp", "filesystem=/etc/firefox:ro", "filesystem=/etc/hosts:ro"});
  EXPECT_NE(bind_at(plan, "/var/tmp"), nullptr);
  EXPECT_NE(bind_at(plan, "/etc/firefox"), nullptr);
  EXPECT_NE(bind_at(plan, "/etc/hosts"), nullptr);
}

TEST(Files, AWideGrantOfTheSystemLeavesAdministratorsSocketsOut) {
  FakeHost host = FakeHost::desktop();
  host.add("/var/lib/lxd/unix.socket", FileType::kSocket, 0660);
  host.add("/var/lib/app/data");
  const auto plan = plan_of(host, {"filesystem=/var"});
  EXPECT_NE(bind_at(plan, "/var/lib/app"), nullptr);
  EXPECT_FALSE(brings(plan, "/var/lib/lxd/unix.socket"));
}

TEST(Files, ADirectoryOfTooManyNamesIsRefused) {
  FakeHost host = FakeHost::desktop();
  for (std::size_t number = 0; number <= kListingLimit; ++number) host.add("/home/alice/f" + std::to_string(number));
  EXPECT_NE(refusal(host, {"filesystem=home"}).find("too many entries"), std::string::npos);
}

}  // namespace
}  // namespace hutch::compose
