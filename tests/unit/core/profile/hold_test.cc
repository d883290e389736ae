#include "core/profile/hold.h"

#include "samples.h"

namespace hutch::profile {
namespace {

Profile shipped_with(const std::string& body, const std::vector<Layer>& others = {}) {
  std::vector<Layer> layers = {file_of("app", "[permissions]\n" + body)};
  layers.insert(layers.end(), others.begin(), others.end());
  auto profile = merge(*ProfileName::parse("app"), layers, {});
  EXPECT_TRUE(profile.has_value());
  return profile ? *profile : Profile();
}

// The flags in force after an update from one body to another, and how many were withheld.
std::string held(const std::string& before, const std::string& after, const std::vector<Layer>& others = {}) {
  Profile profile = shipped_with(after, others);
  const Accepted allowed = narrower_of(accepted_of(shipped_with(before)), accepted_of(shipped_with(after)));
  const auto withheld = withhold(profile, allowed);
  std::string text;
  for (const Grant& grant : profile.grants) text += spell(grant) + " ";
  return text + std::to_string(withheld.size());
}

TEST(Hold, AnAdditionIsWithheldAndARemovalCounts) {
  EXPECT_EQ(held("sockets = [\"wayland\"]", "sockets = [\"wayland\", \"x11\"]"), "--socket=wayland 1");
  EXPECT_EQ(held("sockets = [\"wayland\", \"x11\"]", "sockets = [\"wayland\"]"), "--socket=wayland 0");
}

TEST(Hold, OfAccessTheNarrowerCounts) {
  EXPECT_EQ(held("files = [{ path = \"~/a\", access = \"ro\" }]", "files = [{ path = \"~/a\", access = \"rw\" }]"),
            "--filesystem=~/a:ro 1");
  EXPECT_EQ(held("files = [{ path = \"~/a\", access = \"rw\" }]", "files = [{ path = \"~/a\", access = \"ro\" }]"),
            "--filesystem=~/a:ro 0");
  EXPECT_EQ(held("network = \"internet\"", "network = \"private\""), "--network=internet 1");
  EXPECT_EQ(held("network = \"internet\"", "network = \"lan\""), "--network=none 1")
      << "neither is a part of the other";
}

TEST(Hold, AWiderNameGivesWhatTheNarrowerGave) {
  EXPECT_EQ(held("devices = [\"usb:1234:5678\"]", "devices = [\"usb\"]"), "--usb=1234:5678 1");
  EXPECT_EQ(held("devices = [\"all\"]", "devices = [\"dri\"]"), "--device=dri 0");
  EXPECT_EQ(held("files = [{ path = \"~/a\", access = \"rw\" }]", "files = [{ path = \"home\", access = \"ro\" }]"),
            "--filesystem=~/a:ro 1");
}

TEST(Hold, APartThatIsNoLongerHiddenStaysHidden) {
  EXPECT_EQ(held("files = [{ path = \"home\", access = \"rw\" }, { path = \"~/a\", access = \"hidden\" }]",
                 "files = [{ path = \"home\", access = \"rw\" }]"),
            "--filesystem=home:rw --filesystem=~/a:hidden 1");
}

TEST(Hold, WhatTheUserSaysCountsWhateverAnUpdateSays) {
  const Layer granted = file_of("", "[permissions]\nsockets = [\"x11\"]\n", Rank::kOverride);
  EXPECT_EQ(held("sockets = [\"wayland\"]", "sockets = [\"wayland\", \"x11\"]", {granted}),
            "--socket=wayland --socket=x11 0");
  const Layer revoked = file_of("", "[revoke]\nfiles = [\"home\"]\n", Rank::kOverride);
  EXPECT_EQ(held("files = [{ path = \"~/a\", access = \"rw\" }]", "files = [{ path = \"home\", access = \"rw\" }]",
                 {revoked}),
            "0");
}

TEST(Hold, SettingsAndLimitsAreNoRights) {
  EXPECT_EQ(held("", "env = { A = \"b\" }\npersist = [\".a\"]"), "--env=A=b --persist=.a 0");
}

TEST(Hold, TheTextOfASetComesBack) {
  const Accepted accepted =
      accepted_of(shipped_with("sockets = [\"wayland\"]\nfiles = [{ path = \"~/a b\", access = \"ro\" }]\n"
                               "[permissions.session-bus]\ntalk = [\"org.example.*\"]"));
  ASSERT_EQ(accepted.grants.size(), 3U);
  const auto again = parse_accepted(format_accepted(accepted));
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, accepted);
  const std::string text = format_accepted(accepted);
  EXPECT_FALSE(parse_accepted(text.substr(0, text.size() - 1)).has_value());
  EXPECT_FALSE(parse_accepted("").has_value());
  EXPECT_FALSE(parse_accepted("accepted 1\nopen\tro\nrule\ta\tb\n").has_value());
  std::string long_text = "accepted 1\nopen\tro\n";
  for (int count = 0; count < 10000; ++count) long_text += "socket\ta\t\n";
  EXPECT_FALSE(parse_accepted(long_text).has_value());
}

}  // namespace
}  // namespace hutch::profile
