#include "core/guest/settings.h"

#include <gtest/gtest.h>

namespace hutch::guest {
namespace {

const std::string kWho = "user alice\nuid 1000\ngid 100\nhome /home/alice\n";

TEST(Settings, GoBothWays) {
  const Settings settings{.user = "alice",
                          .uid = 1000,
                          .gid = 100,
                          .group = "users",
                          .home = "/home/alice",
                          .full_name = "Alice A. Müller",
                          .shell = "/usr/bin/fish",
                          .hostname = "box",
                          .timezone = "America/Argentina/Buenos_Aires",
                          .machine_id = std::string(32, 'f'),
                          .has_marker = false,
                          .is_single_uid = true};
  EXPECT_EQ(parse_settings(format_settings(settings)), settings);
}

TEST(Settings, NeedAUser) {
  EXPECT_TRUE(parse_settings(kWho).has_value());
  EXPECT_EQ(parse_settings(kWho)->group, "alice");
  for (const char* const key : {"user", "uid", "gid", "home"}) {
    std::string text = kWho;
    text.replace(text.find(key), 1, "_");
    EXPECT_FALSE(parse_settings(text).has_value()) << key;
  }
}

TEST(Settings, AUserThatDoesNotFitAColumnIsNone) {
  for (const char* const line :
       {"user a:b", "user a b", "user a,b", "user -a", "user +a", "user #1", "user a/b", "user a\tb", "uid -1",
        "uid 4294967295", "uid 0x1", "gid ", "home relative", "home /a/../b", "home /a:b"}) {
    EXPECT_FALSE(parse_settings(kWho + line + "\n").has_value()) << line;
  }
  EXPECT_FALSE(is_account_name(std::string(256, 'a')));
  EXPECT_TRUE(is_account_name(std::string(255, 'a')));
  EXPECT_TRUE(is_account_name("domain\\alice@example.org"));
}

TEST(Settings, WhatIsNotWellFormedCountsAsNotSaid) {
  const auto settings =
      parse_settings(kWho +
                     "hostname a_b\ntimezone ../../etc/passwd\nmachine-id 12\nshell sh\nunknown x\nlocale de\n"
                     "full-name A:B\x01"
                     "C\n");
  ASSERT_TRUE(settings.has_value());
  EXPECT_EQ(settings->hostname + settings->timezone + settings->machine_id + settings->shell, "");
  EXPECT_EQ(settings->full_name, "ABC");
}

TEST(Settings, ANameOfTheHostCannotBecomeALine) {
  Settings settings = *parse_settings(kWho);
  settings.full_name = "A\nuid 0\n";
  EXPECT_EQ(parse_settings(format_settings(settings))->uid, 1000u);
}

}  // namespace
}  // namespace hutch::guest
