#include "core/portal/bus_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "samples.h"

namespace hutch::portal {
namespace {

using profile::Kind;
using Rules = std::vector<std::string>;

bool contains(const std::optional<Rules>& rules, std::string_view rule) {
  return rules && std::ranges::find(*rules, rule) != rules->end();
}

TEST(BusRules, NothingGrantedMeansNoBusAtAll) {
  const auto profile = sample_profile({grant(Kind::kSocket, "wayland"), grant(Kind::kNetwork, "network", "private")});
  EXPECT_EQ(session_bus_rules(profile), std::nullopt);
  EXPECT_EQ(system_bus_rules(profile), std::nullopt);
  EXPECT_EQ(accessibility_bus_rules(profile), std::nullopt);
}

TEST(BusRules, TheSettingsPortalOpensExactlyItsCallsAndTheBase) {
  const std::string desktop = "org.freedesktop.portal.Desktop=";
  const std::string at = "@/org/freedesktop/portal/desktop";
  EXPECT_EQ(session_bus_rules(sample_profile({grant(Kind::kPortal, "settings")})),
            (Rules{
                "--filter",
                "--broadcast=" + desktop + "org.freedesktop.DBus.Properties.PropertiesChanged" + at,
                "--broadcast=" + desktop + "org.freedesktop.portal.Settings.SettingChanged" + at,
                "--call=" + desktop + "org.freedesktop.DBus.Introspectable.Introspect" + at,
                "--call=" + desktop + "org.freedesktop.DBus.Properties.Get" + at,
                "--call=" + desktop + "org.freedesktop.DBus.Properties.GetAll" + at,
                "--call=" + desktop + "org.freedesktop.portal.Request.Close" + at + "/request/*",
                "--call=" + desktop + "org.freedesktop.portal.Session.Close" + at + "/session/*",
                "--call=" + desktop + "org.freedesktop.portal.Settings.Read" + at,
                "--call=" + desktop + "org.freedesktop.portal.Settings.ReadAll" + at,
                "--call=" + desktop + "org.freedesktop.portal.Settings.ReadOne" + at,
                "--own=org.gnome.gedit.*",
            }));
}

TEST(BusRules, AllMeansEveryPortalOfTheTableAndNoFeature) {
  const auto rules = session_bus_rules(sample_profile({grant(Kind::kPortal, "all")}));
  for (const char* const face : {"FileChooser.OpenFile", "OpenURI.OpenURI", "Notification.AddNotification",
                                 "Camera.AccessCamera", "ScreenCast.Start", "Print.Print", "Settings.Read",
                                 "Secret.RetrieveSecret", "Inhibit.Inhibit", "Background.RequestBackground"}) {
    EXPECT_TRUE(contains(rules, std::string("--call=org.freedesktop.portal.Desktop=org.freedesktop.portal.") + face +
                                    "@/org/freedesktop/portal/desktop"))
        << face;
  }
  EXPECT_FALSE(contains(rules, "--talk=org.freedesktop.secrets"));
  EXPECT_TRUE(std::ranges::none_of(*rules, [](const std::string& rule) { return rule.starts_with("--talk="); }));
}

TEST(BusRules, TheNetworkMonitorFollowsTheNetwork) {
  const char* const rule =
      "--call=org.freedesktop.portal.Desktop=org.freedesktop.portal.NetworkMonitor.GetStatus"
      "@/org/freedesktop/portal/desktop";
  const auto portal = grant(Kind::kPortal, "settings");
  EXPECT_FALSE(contains(session_bus_rules(sample_profile({portal})), rule));
  EXPECT_FALSE(contains(session_bus_rules(sample_profile({portal, grant(Kind::kNetwork, "network", "none")})), rule));
  EXPECT_TRUE(contains(session_bus_rules(sample_profile({portal, grant(Kind::kNetwork, "network", "lan")})), rule));
}

TEST(BusRules, NamesAndCallRulesBecomeOptions) {
  const auto rules = session_bus_rules(sample_profile({
      grant(Kind::kSessionBus, "org.a.See", "see"),
      grant(Kind::kSessionBus, "org.a.Talk.*", "talk"),
      grant(Kind::kSessionBus, "org.gnome.gedit", "own"),
      grant(Kind::kSessionBus, "org.a.Call", "call:org.a.Face.*@/p"),
      grant(Kind::kSessionBus, "org.a.Call", "call:@/q/*"),
      grant(Kind::kSystemBus, "org.a.System", "talk"),
  }));
  EXPECT_EQ(rules,
            (Rules{"--filter", "--call=org.a.Call=*@/q/*", "--call=org.a.Call=org.a.Face.*@/p", "--own=org.gnome.gedit",
                   "--own=org.gnome.gedit.*", "--see=org.a.See", "--talk=org.a.Talk.*"}));
}

TEST(BusRules, FeaturesOpenTheirOwnBusOnly) {
  const auto bluetooth = sample_profile({grant(Kind::kFeature, "bluetooth")});
  EXPECT_EQ(system_bus_rules(bluetooth), (Rules{"--filter", "--talk=org.bluez"}));
  EXPECT_TRUE(contains(session_bus_rules(bluetooth), "--talk=org.bluez.obex"));
  const auto a11y = sample_profile({grant(Kind::kFeature, "a11y")});
  EXPECT_EQ(session_bus_rules(a11y), std::nullopt);
  const auto rules = accessibility_bus_rules(a11y);
  ASSERT_TRUE(rules);
  EXPECT_EQ((*rules)[0], "--filter");
  EXPECT_EQ((*rules)[1], "--sloppy-names");
  EXPECT_TRUE(
      contains(rules, "--call=org.a11y.atspi.Registry=org.a11y.atspi.Socket.Embed@/org/a11y/atspi/accessible/root"));
}

TEST(BusRules, MediaPlayersOwnNamesAfterTheirIdAndTheirProgram) {
  auto profile = sample_profile({grant(Kind::kFeature, "mpris")});
  EXPECT_TRUE(contains(session_bus_rules(profile), "--own=org.mpris.MediaPlayer2.org.gnome.gedit.*"));
  EXPECT_TRUE(contains(session_bus_rules(profile), "--own=org.mpris.MediaPlayer2.gedit.*"));
  profile.id = *ProfileName::parse("7zip");
  EXPECT_FALSE(contains(session_bus_rules(profile), "--own=org.mpris.MediaPlayer2.7zip.*"));
}

TEST(BusRules, AnotherBoxOwnsTheSameNamesWithItsPartBehindThem) {
  auto profile =
      sample_profile({grant(Kind::kSessionBus, "org.legacy.Gedit", "own"),
                      grant(Kind::kSessionBus, "org.legacy.gedit.*", "own"), grant(Kind::kFeature, "mpris")});
  profile.box = *BoxName::parse("work");
  profile.default_app = profile.app;
  profile.app = *AppId::parse("org.gnome.gedit.work");
  EXPECT_EQ(
      session_bus_rules(profile),
      (Rules{"--filter", "--own=org.gnome.gedit.work.*", "--own=org.legacy.Gedit.work", "--own=org.legacy.gedit.work.*",
             "--own=org.mpris.MediaPlayer2.gedit.work.*", "--own=org.mpris.MediaPlayer2.org.gnome.gedit.work.*"}));
}

TEST(BusRules, TheWholeBusIsForwardedOnlyWhenItsSocketIsGranted) {
  const auto session = sample_profile({grant(Kind::kSocket, "session-bus"), grant(Kind::kPortal, "all")});
  EXPECT_EQ(session_bus_rules(session), Rules{});
  EXPECT_EQ(system_bus_rules(session), std::nullopt);
  EXPECT_EQ(system_bus_rules(sample_profile({grant(Kind::kSocket, "system-bus")})), Rules{});
}

}  // namespace
}  // namespace hutch::portal
