#include "core/import/import.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/profile/lint.h"
#include "core/profile/parse.h"
#include "core/profile/vocabulary.h"

namespace hutch::import {
namespace {

ProfileName name() {
  return *ProfileName::parse("app");
}

std::optional<Included> nothing(const std::string& /*name*/) {
  return std::nullopt;
}

Imported firejail(const std::string& text, const Include& include = nothing) {
  return from_firejail(text, "/etc/firejail/app.profile", name(), include);
}

bool grants(const Imported& imported, const std::string& flag) {
  return std::any_of(imported.layer.grants.begin(), imported.layer.grants.end(),
                     [&](const profile::Grant& grant) { return profile::spell(grant) == flag; });
}

Verdict verdict_of(const Imported& imported, const std::string& line) {
  for (const Account& account : imported.accounts) {
    if (account.text == line) return account.verdict;
  }
  ADD_FAILURE() << line;
  return Verdict::kDropped;
}

void expect_sound(const Imported& imported) {
  const auto layer = profile::parse(profile::format_profile(imported.layer), "app.toml", profile::Rank::kUser);
  ASSERT_TRUE(layer) << layer.error().describe();
  EXPECT_EQ(layer->grants.size(), imported.layer.grants.size());
  for (const profile::Finding& finding : profile::lint(*layer)) {
    EXPECT_EQ(finding.severity, profile::Severity::kNote) << finding.text;
  }
}

TEST(ImportFlatpak, SaysTheSameInOurWords) {
  const Imported imported = from_flatpak(
      "[Application]\nname=org.example.App\n[Context]\nshared=network;ipc;\nsockets=x11;!wayland;\nfilesystems=xdg-"
      "download;"
      "~/x:ro;!home;../y;\nfeatures=devel;canbus;\n[Session Bus "
      "Policy]\norg.example.*=own\norg.freedesktop.Notifications=talk\n"
      "[Environment]\nA=b\n",
      "metadata", name());
  EXPECT_EQ(imported.layer.app->str(), "org.example.App");
  for (const char* const flag : {"--share=ipc", "--socket=x11", "--filesystem=xdg-download:rw", "--filesystem=~/x:ro",
                                 "--allow=devel", "--own-name=org.example.*", "--env=A=b", "--allow=notifications"}) {
    EXPECT_TRUE(grants(imported, flag)) << flag;
  }
  EXPECT_TRUE(grants(imported, "--network=private"));
  EXPECT_EQ(verdict_of(imported, "shared=network"), Verdict::kApproximated);
  EXPECT_EQ(verdict_of(imported, "filesystems=../y"), Verdict::kDropped);
  EXPECT_EQ(verdict_of(imported, "features=canbus"), Verdict::kDropped);
  EXPECT_EQ(imported.layer.revokes.size(), 2u);
  expect_sound(imported);
}

TEST(ImportFirejail, WhatIsClosedStaysClosed) {
  const Imported imported = firejail("net none\nnosound\nno3d\nx11 none\ndbus-user none\n");
  EXPECT_TRUE(grants(imported, "--network=none"));
  EXPECT_EQ(imported.layer.grants.size(), 1u);
  expect_sound(imported);
}

TEST(ImportFirejail, OfWhatIsOpenOnlyTheScreenSoundAndNetworkAreKept) {
  const Imported imported = firejail("include disable-common.inc\n");
  for (const char* const flag : {"--socket=wayland", "--socket=pulseaudio", "--device=dri", "--network=internet"}) {
    EXPECT_TRUE(grants(imported, flag)) << flag;
  }
  for (const profile::Grant& grant : imported.layer.grants) EXPECT_NE(grant.kind, profile::Kind::kFile);
}

TEST(ImportFirejail, PathsBecomeGrantsOrThePrivateHome) {
  const Imported imported = firejail(
      "whitelist ${DOWNLOADS}\nwhitelist ${HOME}/.config/app\nwhitelist /usr/share/x\n"
      "noblacklist ${HOME}/.x*\nwhitelist ${HOME}/Work\nwhitelist /run/user\n");
  EXPECT_TRUE(grants(imported, "--filesystem=xdg-download:rw"));
  EXPECT_TRUE(grants(imported, "--persist=.config/app"));
  EXPECT_TRUE(grants(imported, "--filesystem=~/Work:rw"));
  EXPECT_EQ(verdict_of(imported, "noblacklist ${HOME}/.x*"), Verdict::kDropped);
  EXPECT_EQ(verdict_of(imported, "whitelist /run/user"), Verdict::kDropped);
  expect_sound(imported);
}

TEST(ImportFirejail, IncludesAreReadOnceDeepAndIgnoresHold) {
  const Imported imported =
      firejail("ignore net none\ninclude other.profile\ninclude app.local\n",
               [](const std::string& file) -> std::optional<Included> {
                 if (file != "other.profile") return std::nullopt;
                 return Included{.file = "/etc/firejail/other.profile", .text = "net none\ninclude other.profile\n"};
               });
  EXPECT_TRUE(grants(imported, "--network=internet"));
  EXPECT_EQ(verdict_of(imported, "include app.local"), Verdict::kExact);
  EXPECT_LT(imported.accounts.size(), 60u);
}

TEST(ImportFirejail, HasALimitOfLines) {
  std::string text;
  for (std::size_t line = 0; line < kLinesLimit + 100; ++line) text += "nosound\n";
  EXPECT_EQ(firejail(text).accounts.size(), kLinesLimit);
}

TEST(ImportBubblejail, ServicesBecomeGrants) {
  const auto imported = from_bubblejail(
      "[wayland]\n[network]\n[home_share]\nhome_paths = ['Downloads', '../x']\n[systray]\n[debug]\nraw_bwrap_args = "
      "[]\n"
      "[common]\ndbus_name = 'org.example.App'\n",
      "services.toml", name());
  ASSERT_TRUE(imported);
  for (const char* const flag : {"--socket=wayland", "--network=private", "--filesystem=~/Downloads:rw", "--allow=tray",
                                 "--own-name=org.example.App"}) {
    EXPECT_TRUE(grants(*imported, flag)) << flag;
  }
  EXPECT_EQ(verdict_of(*imported, "home_paths: ../x"), Verdict::kDropped);
  expect_sound(*imported);
  EXPECT_FALSE(from_bubblejail("[", "services.toml", name()));
}

}  // namespace
}  // namespace hutch::import
