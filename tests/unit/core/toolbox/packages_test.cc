#include "core/toolbox/packages.h"

#include <gtest/gtest.h>

namespace hutch::toolbox {
namespace {

TEST(Packages, DpkgKnowsWhatIsThere) {
  const Packages packages = parse_dpkg_status(
      "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\nDescription: a shell\n"
      " Version: 9\n\n"
      "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
      "Package: half\nStatus: install reinstreq half-installed\nVersion: 1\n\n"
      "Package: libc6\nStatus: install ok unpacked\nArchitecture: i386\nMulti-Arch: same\nVersion: 2.36-9\n");
  EXPECT_EQ(packages, (Packages{{"bash", "5.2-1"}, {"libc6:i386", "2.36-9"}}));
}

TEST(Packages, ApkKnowsWhatIsThere) {
  EXPECT_EQ(parse_apk_installed("C:Q1x=\nP:musl\nV:1.2.4-r2\nA:x86_64\nF:lib\n\nP:busybox\nV:1.36-r5\n"),
            (Packages{{"musl", "1.2.4-r2"}, {"busybox", "1.36-r5"}}));
}

TEST(Packages, PacmanHasDirectories) {
  EXPECT_EQ(parse_pacman_directory("lib32-glibc-2.39-1"), std::pair(std::string("lib32-glibc"), std::string("2.39-1")));
  for (const char* const name : {"", "-", "--", "a-1", "ALPM_DB_VERSION", "a b-1-1"}) {
    EXPECT_FALSE(parse_pacman_directory(name)) << name;
  }
}

TEST(Packages, DamageIsLeftOut) {
  EXPECT_TRUE(parse_dpkg_status("").empty());
  EXPECT_TRUE(parse_dpkg_status("Package\nVersion\nStatus").empty());
  EXPECT_TRUE(parse_dpkg_status("Package: a\x1b[31m\nStatus: install ok installed\nVersion: 1\n").empty());
  EXPECT_TRUE(parse_apk_installed("P:only a name\n\nV:1\n\n").empty());
}

TEST(Packages, LimitsHold) {
  const std::string long_name(kPackageWordLimit, 'a');
  EXPECT_EQ(parse_apk_installed("P:" + long_name + "\nV:1\n").size(), 1U);
  EXPECT_EQ(parse_apk_installed("P:" + long_name + "a\nV:1\n").size(), 0U);
  std::string many;
  for (std::size_t number = 0; number < kPackageLimit + 1; ++number)
    many += "P:" + std::to_string(number) + "\nV:1\n\n";
  EXPECT_EQ(parse_apk_installed(many).size(), kPackageLimit);
}

}  // namespace
}  // namespace hutch::toolbox
