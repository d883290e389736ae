// The package database and libraries of the machine the test runs on, and broken files.
#include "host/clues.h"

#include <algorithm>

#include "fresh_directory.h"
#include "host/dpkg.h"
#include "host/libraries.h"

namespace hutch::host {
namespace {

TEST(Libraries, OfARealProgramAreFoundWithThoseTheyNeed) {
  const auto shell = read_needed(HostPath::literal("/bin/sh"));
  ASSERT_TRUE(shell);
  EXPECT_NE(std::find(shell->libraries.begin(), shell->libraries.end(), "libc.so.6"), shell->libraries.end());
  const Closure closure = read_closure({HostPath::literal("/usr/bin/python3")});
  EXPECT_TRUE(closure.linked.contains("libz.so.1") || closure.linked.contains("libc.so.6"));
  EXPECT_GE(closure.loaded.size(), closure.linked.size());
}

class Broken : public FreshDirectory {};

TEST_F(Broken, ElfFilesAreNoProgramsAndDoNoHarm) {
  const auto whole = os::read_file(HostPath::literal("/bin/sh"), 8u << 20);
  ASSERT_TRUE(whole);
  const HostPath file = directory_ / "broken";
  std::string content = whole->substr(0, std::min<std::size_t>(whole->size(), 1u << 16));
  for (std::size_t at = 0; at < 2000; ++at) {
    std::string bent = content;
    bent[at % 1200] = static_cast<char>(at * 37 + 11);
    bent[(at * 7) % 1200] = static_cast<char>(0xff);
    ASSERT_TRUE(os::replace_file(file, bent, 0600, os::Lasting::kProcess));
    (void)read_needed(file);
  }
  for (const std::size_t size : {0u, 3u, 16u, 63u, 64u, 200u}) {
    ASSERT_TRUE(os::replace_file(file, content.substr(0, size), 0600, os::Lasting::kProcess));
    (void)read_needed(file);
  }
  EXPECT_FALSE(read_needed(directory_ / "absent"));
  EXPECT_FALSE(read_needed(directory_));
}

TEST(Dpkg, KnowsWhoseFileItIsAndWhatThatNeeds) {
  if (!os::exists(HostPath::literal("/var/lib/dpkg/info/dash.list"))) GTEST_SKIP() << "no Debian";
  EXPECT_EQ(package_of(HostPath::literal("/usr/bin/dash"), {}), "dash");
  EXPECT_EQ(package_of(HostPath::literal("/usr/bin/dash"), {"bash", "../dash", "dash"}), "dash");
  EXPECT_EQ(package_of(HostPath::literal("/usr/bin/no-such-program"), {}), "");
  EXPECT_FALSE(files_of_package("dash").empty());
  EXPECT_TRUE(files_of_package("../../../etc/passwd").empty());
  const auto needed = dependencies_of_package("python3-gi");
  EXPECT_TRUE(needed.contains("python3")) << needed.size();
  EXPECT_TRUE(dependencies_of_package("no-such-package").empty());
}

TEST(Clues, OfAScriptComeFromItsPackage) {
  if (!os::exists(HostPath::literal("/var/lib/dpkg/info/dash.list"))) GTEST_SKIP() << "no Debian";
  const auto clues = gather_clues(HostPath::literal("/usr/bin/dash"), {});
  EXPECT_EQ(clues.package, "dash");
  EXPECT_TRUE(clues.linked.contains("libc.so.6"));
  EXPECT_FALSE(profile::derive(clues));
}

}  // namespace
}  // namespace hutch::host
