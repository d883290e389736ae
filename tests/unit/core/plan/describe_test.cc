#include "core/plan/describe.h"

#include <gtest/gtest.h>

#include "core/plan/words.h"

namespace hutch::plan {
namespace {

BoxPath box(const char* path) {
  return BoxPath::literal(path);
}

Plan hostile_plan() {
  const std::string evil = "a\x1b[2Jb\nc";
  Plan plan;
  plan.profile = *ProfileName::parse("sample");
  plan.app = *AppId::parse("org.example.Sample");
  plan.instance = *InstanceId::parse("sample1");
  plan.network_mode = "private";
  plan.sandbox.command = {.program = "/" + evil, .arguments = {evil, evil}, .directory = *BoxPath::parse("/" + evil)};
  plan.sandbox.environment = {"X=" + evil};
  plan.sandbox.steps = {Bind{.source = *HostPath::parse("/" + evil), .target = *BoxPath::parse("/" + evil)},
                        Symlink{.target = box("/x"), .points_to = evil}};
  plan.helpers = {Pasta{.program = evil, .arguments = {evil}},
                  BusProxy{.buses = {{.address = evil, .socket = *HostPath::parse("/" + evil), .rules = {evil}}}},
                  Documents{.grants = {{.file = *HostPath::parse("/" + evil)}}}};
  plan.identity = PortalIdentity{.info = "[x]\nname=" + evil};
  plan.scope = Scope{.name = evil, .description = evil};
  plan.weakenings = {evil};
  plan.warnings = {evil};
  return plan;
}

TEST(Describe, NothingFromOutsideCanSteerATerminal) {
  const std::string text = describe(hostile_plan());
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("\\x1b[2Jb\\x0ac"), std::string::npos);
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

TEST(Describe, StepsAreOneLineEach) {
  EXPECT_EQ(describe(Bind{.source = HostPath::literal("/usr"), .target = box("/usr")}), "bind /usr, read-only");
  EXPECT_EQ(describe(Bind{.source = HostPath::literal("/a"),
                          .target = box("/b"),
                          .type = FileType::kCharacterDevice,
                          .access = BindAccess::kReadWrite,
                          .executable = false,
                          .devices = true,
                          .fallback = HostPath::literal("/c")}),
            "bind /a or else /c on /b, writable, noexec, devices, character-device");
  EXPECT_EQ(describe(Tmpfs{.target = box("/tmp"), .size = 3u << 20, .inodes = 7, .mode = 01777}),
            "tmpfs on /tmp, 3M, 7 files, mode 1777");
  EXPECT_EQ(describe(Tmpfs{.target = box("/t"), .size = 1025, .inodes = 7, .executable = false}),
            "tmpfs on /t, 1025, 7 files, mode 0755, noexec");
  EXPECT_EQ(describe(Proc{.target = box("/proc"), .masked = false}), "proc on /proc");
  EXPECT_EQ(describe(Dev{.target = box("/dev"), .shm_size = 1u << 30}), "dev on /dev, shared memory 1G");
  EXPECT_EQ(describe(Dir{.target = box("/d"), .mode = 0700}), "directory /d, mode 0700");
  EXPECT_EQ(describe(File{.target = box("/f"), .content = "abc"}), "file /f, 3 bytes, mode 0644");
  EXPECT_EQ(describe(Symlink{.target = box("/l"), .points_to = "x"}), "link /l to x");
  EXPECT_EQ(describe(Mask{.target = box("/m")}), "mask /m");
  EXPECT_EQ(describe(Seal{.target = box("/")}), "seal /");
  EXPECT_EQ(describe(AwaitHelpers{}), "wait for the helpers");
}

TEST(Describe, LimitsOfTheScopeAreSaid) {
  Plan plan = hostile_plan();
  plan.scope->limits = {.memory = 2048, .cpu_percent = 150, .tasks = 7};
  EXPECT_EQ(limit_words(plan), (std::vector<std::string>{"memory 2048", "cpu-percent 150", "tasks 7"}));
}

TEST(Describe, JsonHoldsWhatTheTextHolds) {
  const Plan plan = hostile_plan();
  const Json json = to_json(plan);
  EXPECT_EQ(json["app-id"], "org.example.Sample");
  EXPECT_EQ(json["box"], "default");
  EXPECT_EQ(json["network"]["mode"], "private");
  EXPECT_EQ(json["steps"].size(), plan.sandbox.steps.size());
  EXPECT_EQ(json["steps"][0]["act"], "bind");
  EXPECT_EQ(json["helpers"].size(), 3U);
  EXPECT_EQ(json["environment"]["X"], "a\x1b[2Jb\nc");
  // JSON escapes control characters by itself.
  EXPECT_EQ(format_json_line(json).find('\x1b'), std::string::npos);
  EXPECT_TRUE(parse_json(format_json(json)));
}

TEST(Describe, APlanWithoutScopeOrIdentityHasNulls) {
  Plan plan = hostile_plan();
  plan.scope.reset();
  plan.identity.reset();
  EXPECT_TRUE(to_json(plan)["scope"].is_null());
  EXPECT_TRUE(to_json(plan)["identity"].is_null());
  EXPECT_EQ(describe(plan).find("portal identity"), std::string::npos);
}

}  // namespace
}  // namespace hutch::plan
