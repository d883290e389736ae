// Kernels that lack a call: forced here by answering ENOSYS to it.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "launch_fixture.h"

namespace hutch::test {
namespace {

using List = std::vector<std::string>;
using plan::BindAccess;

constexpr long kMountSetattr = 442;           // mount_setattr, 5.12
constexpr long kOpenTreeAttr = 467;           // open_tree_attr, 6.15
constexpr long kLandlockCreateRuleset = 444;  // landlock_create_ruleset, 5.13

Options without(const List& numbers) {
  Options options;
  options.before = {HUTCH_WITHOUT_PROGRAM, text::join(numbers, ",")};
  return options;
}

// Before 6.15, and before 5.12.
const List kOld = {std::to_string(kOpenTreeAttr)};
const List kVeryOld = {std::to_string(kOpenTreeAttr), std::to_string(kMountSetattr)};

// A user and mount namespace outside in which a tree has mounts below it: a read-only tmpfs and, with a blank and a
// backslash in its name, a writable one.
Options in_nested_mounts(const Place& place, const List& lacking) {
  const std::string tree = place.at("tree").str();
  const std::string script = text::format(
      "set -e; mount -t tmpfs -o mode=755 none %s/sub; mkdir '%s/sub/a b\\c' %s/sub/ro;"
      "mount -t tmpfs none '%s/sub/a b\\c'; mount -t tmpfs none %s/sub/ro; mount -o remount,bind,ro,noexec %s/sub/ro;"
      "exec \"$@\"",
      tree.c_str(), tree.c_str(), tree.c_str(), tree.c_str(), tree.c_str(), tree.c_str());
  Options options;
  options.before = {
      "/usr/bin/unshare", "--user", "--mount", "--map-current-user", "--keep-caps", "/bin/sh", "-c", script, "sh"};
  if (!lacking.empty()) {
    options.before.emplace_back(HUTCH_WITHOUT_PROGRAM);
    options.before.push_back(text::join(lacking, ","));
  }
  return options;
}

plan::Sandbox without_landlock(const std::vector<plan::Step>& steps) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.landlock = {.files = false, .scope_signals = false, .scope_abstract = false, .rules = {}};
  sandbox.steps.insert(sandbox.steps.end(), steps.begin(), steps.end());
  return sandbox;
}

// The options of every mount at or below `target`, in order.
List mounts_below(const Seen& result, const std::string& target) {
  List found;
  for (const std::string_view line : text::split(result.output, '\n')) {
    if (line.starts_with("mounts " + target)) found.emplace_back(line.substr(7));
  }
  return found;
}

TEST(LaunchFallback, AttributesReachEverySubmountOnEveryKernel) {
  for (const List& lacking : {List{}, kOld, kVeryOld}) {
    const Place place;
    (void)place.directory("tree");
    (void)place.directory("tree/sub");
    (void)place.file("tree/file", "x");
    const plan::Sandbox sandbox =
        without_landlock({bind_of(place.at("tree"), "/ro"), bind_of(place.at("tree"), "/rw", BindAccess::kReadWrite)});
    const Seen result =
        peek(sandbox,
             {"mounts", "--", "write", "/ro/file", "--", "write", "/ro/sub/a b\\c/new", "--", "write", "/ro/sub/ro/new",
              "--", "write", "/rw/sub/a b\\c/new", "--", "write", "/rw/sub/ro/new", "--", "write", "/rw/file"},
             in_nested_mounts(place, lacking));
    ASSERT_EQ(result.status, 0) << result.errors;
    const List read_only = mounts_below(result, "/ro");
    const List writable = mounts_below(result, "/rw");
    ASSERT_EQ(read_only.size(), 4u) << result.output;
    ASSERT_EQ(writable.size(), 4u);
    for (const std::string& line : read_only) {
      EXPECT_NE(line.find(": ro,nosuid,nodev"), std::string::npos) << line << " without " << text::join(lacking, ",");
      EXPECT_EQ(line.find("shared"), std::string::npos);
    }
    for (const std::string& line : writable) EXPECT_NE(line.find("nosuid,nodev"), std::string::npos) << line;
    EXPECT_EQ(result.one("write /ro/file"), "EROFS");
    EXPECT_EQ(result.one("write /ro/sub/a b\\c/new"), "EROFS");
    EXPECT_EQ(result.one("write /rw/sub/a b\\c/new"), "ok");
    EXPECT_EQ(result.one("write /rw/sub/ro/new"), "EROFS");  // what the host had made read-only stays so
    EXPECT_EQ(result.one("write /rw/file"), "ok");
  }
}

TEST(LaunchFallback, SealsMasksAndDevicesWorkWithoutMountSetattr) {
  const Place place;
  (void)place.file("secret", "secret");
  const plan::Sandbox sandbox = without_landlock(
      {plan::Tmpfs{.target = BoxPath::literal("/a"), .size = 65536, .inodes = 16},
       plan::Seal{.target = BoxPath::literal("/a")}, bind_of(place.at("secret"), "/secret"),
       plan::Mask{.target = BoxPath::literal("/secret")}, plan::Seal{.target = BoxPath::literal("/")}});
  const Seen result = peek(sandbox,
                           {"write", "/a/new", "--", "write", "/new", "--", "read", "/secret", "--", "write",
                            "/dev/null", "--", "open", "/proc/interrupts", "--", "write", "/tmp/new", "--", "mounts"},
                           without(kVeryOld));
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(result.one("write /a/new"), "EROFS");
  EXPECT_EQ(result.one("write /new"), "EROFS");
  EXPECT_EQ(result.one("read /secret"), "!EACCES");
  EXPECT_EQ(result.one("write /dev/null"), "ok");
  EXPECT_EQ(result.one("open /proc/interrupts"), "EACCES");
  EXPECT_EQ(result.one("write /tmp/new"), "ok");
  EXPECT_TRUE(result.one("mounts /proc/sys").starts_with("ro,nosuid,nodev,noexec"));
}

TEST(LaunchFallback, AKernelWithoutLandlockRunsWithTheOtherWalls) {
  const Seen result =
      peek(small_sandbox(), {"caps", "--", "mount", "--", "steal-exit", "--", "write", "/new", "--", "exit", "4"},
           without({std::to_string(kLandlockCreateRuleset)}));
  EXPECT_EQ(result.status, 4) << result.errors;
  EXPECT_EQ(result.one("caps effective"), "000000000");
  EXPECT_EQ(result.one("mount tmpfs"), "EPERM");
  EXPECT_EQ(result.one("steal-exit stolen"), "0");
  EXPECT_EQ(result.one("write /new"), "ok");  // this small root is not sealed: only Landlock had said no
}

TEST(LaunchFallback, AKernelWithoutKeyringsRuns) {
  EXPECT_EQ(peek(small_sandbox(), {"exit", "4"}, without({std::to_string(SYS_keyctl)})).status, 4);
}

TEST(LaunchFallback, ACallThatMustBeThereStopsTheRun) {
  for (const long number : {SYS_openat2, SYS_move_mount, SYS_open_tree, SYS_seccomp, SYS_close_range, SYS_clone3}) {
    const Seen result = peek(small_sandbox(), {"say", "it ran"}, without({std::to_string(number)}));
    EXPECT_EQ(result.status, 125) << number;
    EXPECT_EQ(result.output, "") << number;
  }
}

}  // namespace
}  // namespace hutch::test
