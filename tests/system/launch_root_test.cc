// Steps on the new root: what they make, what they refuse, and how a failure is told.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "launch_fixture.h"

namespace hutch::test {
namespace {

using List = std::vector<std::string>;
using plan::BindAccess;
using plan::Stage;

BoxPath box(const std::string& path) {
  return *BoxPath::parse(path);
}

// Landlock out of the way: these tests are about mounts.
plan::Sandbox with_steps(const std::vector<plan::Step>& steps) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.landlock.files = false;
  sandbox.landlock.rules.clear();
  sandbox.steps.insert(sandbox.steps.end(), steps.begin(), steps.end());
  return sandbox;
}

// The report the front end is started with, as "STAGE STEP ERRNO".
std::string report_of(const plan::Sandbox& sandbox) {
  Options options;
  options.gives_front_end = true;
  const Seen result = peek(sandbox, {"say", "it ran"}, std::move(options));
  const std::string start = "--report ";
  if (!result.output.starts_with(start)) return "no report: " + result.output + result.errors;
  return std::string(text::trim(result.output.substr(start.size())));
}

std::string report(Stage stage, int step, int error) {
  return text::format("%d %d %d", static_cast<int>(stage), step, error);
}

constexpr int kFirst = 4;  // index of the first step behind small_sandbox's own

TEST(LaunchRoot, AReadOnlyBindCannotBeWrittenAndAReadWriteOneCan) {
  const Place place;
  (void)place.directory("data");
  (void)place.file("data/file", "content\n");
  const plan::Sandbox sandbox =
      with_steps({bind_of(place.at("data"), "/ro"), bind_of(place.at("data"), "/deep/er/rw", BindAccess::kReadWrite)});
  const Seen result = peek(sandbox, {"read", "/ro/file", "--", "write", "/ro/file", "--", "write", "/ro/new", "--",
                                     "write", "/deep/er/rw/new", "--", "list", "/deep/er"});
  EXPECT_EQ(result.one("read /ro/file"), "content") << result.errors;
  EXPECT_EQ(result.one("write /ro/file"), "EROFS");
  EXPECT_EQ(result.one("write /ro/new"), "EROFS");
  EXPECT_EQ(result.one("write /deep/er/rw/new"), "ok");
  EXPECT_EQ(content_of(place.at("data/new")), "x");
  EXPECT_EQ(result.all("list /deep/er"), List{"rw"});
}

TEST(LaunchRoot, AFileAndASocketCanBeBound) {
  const Place place;
  const HostPath file = place.file("file", "text\n");
  const auto listener = os::listen_packets(place.at("socket"));
  ASSERT_TRUE(listener);
  const plan::Sandbox sandbox = with_steps({bind_of(file, "/etc/file"), bind_of(place.at("socket"), "/run/socket")});
  const Seen result = peek(sandbox, {"read", "/etc/file", "--", "unix", "/run/socket"});
  EXPECT_EQ(result.one("read /etc/file"), "text");
  EXPECT_EQ(result.one("unix /run/socket"), "EPROTOTYPE");  // reached: it is a socket of another type
}

TEST(LaunchRoot, ProgramsDoNotRunFromABindWithoutExecution) {
  const HostPath program = *HostPath::parse(peek_program());
  plan::Bind bind = bind_of(program, "/other");
  bind.executable = false;
  plan::Sandbox sandbox = with_steps({bind});
  sandbox.command.program = "/other";
  EXPECT_EQ(run(sandbox).status, 126);
}

TEST(LaunchRoot, AnotherFileThanPlannedIsRefused) {
  const Place place;
  (void)place.file("file", "planned");
  plan::Bind bind = bind_of(place.at("file"), "/file");
  (void)place.file("other", "swapped in");
  ASSERT_EQ(::rename(place.at("other").c_str(), place.at("file").c_str()), 0);
  EXPECT_EQ(report_of(with_steps({bind})), report(Stage::kIdentity, kFirst, ESTALE));
  bind.identity->inode += 1000000;
  EXPECT_EQ(report_of(with_steps({bind})), report(Stage::kIdentity, kFirst, ESTALE));
}

TEST(LaunchRoot, AnotherTypeThanPlannedIsRefused) {
  const Place place;
  plan::Bind bind = bind_of(place.file("thing", ""), "/thing");
  bind.identity.reset();
  ASSERT_EQ(::unlink(place.at("thing").c_str()), 0);
  (void)place.directory("thing");
  EXPECT_EQ(report_of(with_steps({bind})), report(Stage::kIdentity, kFirst, EINVAL));
}

TEST(LaunchRoot, ASymlinkInASourceIsRefused) {
  const Place place;
  (void)place.directory("real");
  (void)place.file("real/file", "");
  (void)place.link("link", "real");
  plan::Bind through = bind_of(place.at("real/file"), "/file");
  through.source = place.at("link/file");
  EXPECT_EQ(report_of(with_steps({through})), report(Stage::kSource, kFirst, ELOOP));
  plan::Bind last = bind_of(place.at("real"), "/real");
  last.source = place.at("link");
  EXPECT_EQ(report_of(with_steps({last})), report(Stage::kSource, kFirst, ELOOP));
}

TEST(LaunchRoot, AMissingSourceIsToldByItsStep) {
  const Place place;
  plan::Bind bind = bind_of(place.path(), "/x");
  bind.source = place.at("absent");
  EXPECT_EQ(report_of(with_steps({plan::Dir{.target = box("/made")}, bind})),
            report(Stage::kSource, kFirst + 1, ENOENT));
}

TEST(LaunchRoot, AFallbackIsTakenWhenTheSourceIsMissingAndThenChecked) {
  const Place place;
  plan::Bind bind = bind_of(place.file("fallback", "fallback\n"), "/file");
  bind.fallback = bind.source;
  bind.source = place.at("preferred");
  EXPECT_EQ(peek(with_steps({bind}), {"read", "/file"}).one("read /file"), "fallback");
  plan::Bind changed = bind;
  changed.identity->inode += 1;
  EXPECT_EQ(report_of(with_steps({changed})), report(Stage::kIdentity, kFirst, ESTALE));
  (void)place.file("preferred", "preferred\n");  // hutch's own: the identity is not its
  EXPECT_EQ(peek(with_steps({bind}), {"read", "/file"}).one("read /file"), "preferred");
  (void)::unlink(place.at("preferred").c_str());
  (void)place.link("preferred", "fallback");  // only absence falls back
  EXPECT_EQ(report_of(with_steps({bind})), report(Stage::kSource, kFirst, ELOOP));
}

TEST(LaunchRoot, ASymlinkOnTheWayToATargetIsNeverFollowed) {
  // The app's own writable directory holds links that lead outside; later targets lie below them.
  const Place place;
  (void)place.directory("victim");
  (void)place.directory("home");
  (void)place.link("home/away", place.at("victim").str());
  (void)place.link("home/up", "..");
  (void)place.link("home/file", "../victim/new");
  const HostPath file = place.file("payload", "payload");
  const plan::Bind home = bind_of(place.at("home"), "/home", BindAccess::kReadWrite);
  EXPECT_EQ(report_of(with_steps({home, bind_of(file, "/home/away/x")})), report(Stage::kTarget, kFirst + 1, ELOOP));
  EXPECT_EQ(report_of(with_steps({home, bind_of(file, "/home/up/victim/x")})),
            report(Stage::kTarget, kFirst + 1, ELOOP));
  EXPECT_EQ(report_of(with_steps({home, bind_of(file, "/home/file")})), report(Stage::kTarget, kFirst + 1, ELOOP));
  EXPECT_EQ(report_of(with_steps({home, plan::File{.target = box("/home/file"), .content = "x"}})),
            report(Stage::kTarget, kFirst + 1, EEXIST));
  EXPECT_EQ(report_of(with_steps({home, plan::Tmpfs{.target = box("/home/away"), .size = 4096, .inodes = 4}})),
            report(Stage::kTarget, kFirst + 1, ELOOP));
  EXPECT_EQ(report_of(with_steps({home, plan::Dir{.target = box("/home/away/made")}})),
            report(Stage::kTarget, kFirst + 1, ELOOP));
  EXPECT_EQ(report_of(with_steps({home, plan::Mask{.target = box("/home/away")}})),
            report(Stage::kTarget, kFirst + 1, ELOOP));
  EXPECT_FALSE(::access(place.at("victim/new").c_str(), F_OK) == 0);
  EXPECT_FALSE(::access(place.at("victim/x").c_str(), F_OK) == 0);
  EXPECT_FALSE(::access(place.at("victim/made").c_str(), F_OK) == 0);
}

TEST(LaunchRoot, ATargetOnAReadOnlyMountIsToldByItsStep) {
  const Place place;
  (void)place.directory("dir");
  EXPECT_EQ(report_of(with_steps({bind_of(place.at("dir"), "/ro"), plan::Dir{.target = box("/ro/sub")}})),
            report(Stage::kTarget, kFirst + 1, EROFS));
}

TEST(LaunchRoot, FilesDirectoriesLinksAndTmpfsAreAsPlanned) {
  const plan::Sandbox sandbox = with_steps({
      plan::Dir{.target = box("/home/user"), .mode = 0700},
      plan::File{.target = box("/etc/passwd"), .content = "user:x\n", .mode = 0444},
      plan::File{.target = box("/etc/empty"), .content = "", .mode = 0600},
      plan::Symlink{.target = box("/bin"), .points_to = "usr/bin"},
      plan::Tmpfs{.target = box("/run"), .size = 65536, .inodes = 16, .mode = 0711, .executable = false},
  });
  const Seen result =
      peek(sandbox, {"stat", "/home/user", "--",          "stat", "/home", "--",         "read", "/etc/passwd",
                     "--",   "stat",       "/etc/passwd", "--",   "stat",  "/etc/empty", "--",   "stat",
                     "/bin", "--",         "stat",        "/run", "--",    "mounts"});
  EXPECT_TRUE(result.one("stat /home/user").starts_with("mode 40700 ")) << result.output;
  EXPECT_TRUE(result.one("stat /home").starts_with("mode 40755 "));
  EXPECT_EQ(result.one("read /etc/passwd"), "user:x");
  EXPECT_TRUE(result.one("stat /etc/passwd").starts_with("mode 100444 "));
  EXPECT_TRUE(result.one("stat /etc/empty").starts_with("mode 100600 "));
  EXPECT_TRUE(result.one("stat /bin").starts_with("mode 120777 "));
  EXPECT_TRUE(result.one("stat /run").starts_with("mode 40711 "));
  EXPECT_NE(result.one("mounts /run").find("noexec"), std::string::npos);
}

TEST(LaunchRoot, AMaskHidesFilesAndDirectoriesAndPassesOverWhatIsNotThere) {
  const Place place;
  (void)place.directory("home");
  (void)place.directory("home/secret");
  (void)place.file("home/secret/key", "key");
  (void)place.file("home/token", "token");
  const plan::Sandbox sandbox =
      with_steps({bind_of(place.at("home"), "/home", BindAccess::kReadWrite), plan::Mask{.target = box("/home/secret")},
                  plan::Mask{.target = box("/home/token")}, plan::Mask{.target = box("/home/absent/too")}});
  const Seen result = peek(sandbox, {"list",
                                     "/home/secret",
                                     "--",
                                     "read",
                                     "/home/secret/key",
                                     "--",
                                     "read",
                                     "/home/token",
                                     "--",
                                     "write",
                                     "/home/token",
                                     "--",
                                     "write",
                                     "/home/secret/new",
                                     "--",
                                     "unlink",
                                     "/home/token",
                                     "--",
                                     "list",
                                     "/home",
                                     "--",
                                     "list",
                                     "/"});
  EXPECT_EQ(result.one("list /home/secret"), "!EACCES") << result.errors;
  EXPECT_EQ(result.one("read /home/secret/key"), "!EACCES");
  EXPECT_EQ(result.one("read /home/token"), "!EACCES");
  EXPECT_EQ(result.one("write /home/token"), "EACCES");
  EXPECT_EQ(result.one("unlink /home/token"), "EBUSY");
  EXPECT_EQ(result.all("list /home"), (List{"secret", "token"}));
  EXPECT_EQ(result.all("list /"), (List{"dev", "home", "peek", "proc", "tmp"}));  // no cover is left behind
  EXPECT_EQ(content_of(place.at("home/token")), "token");
}

TEST(LaunchRoot, ASealMakesOneMountReadOnly) {
  const plan::Sandbox sandbox = with_steps({plan::Tmpfs{.target = box("/a"), .size = 65536, .inodes = 16},
                                            plan::File{.target = box("/a/file"), .content = "x"},
                                            plan::Tmpfs{.target = box("/a/b"), .size = 65536, .inodes = 16},
                                            plan::Seal{.target = box("/a")}, plan::Seal{.target = box("/")}});
  const Seen result = peek(sandbox, {"write", "/a/new", "--", "write", "/a/b/new", "--", "write", "/new", "--", "write",
                                     "/tmp/new", "--", "list", "/"});
  EXPECT_EQ(result.one("write /a/new"), "EROFS");
  EXPECT_EQ(result.one("write /a/b/new"), "ok");
  EXPECT_EQ(result.one("write /new"), "EROFS");
  EXPECT_EQ(result.one("write /tmp/new"), "ok");
  EXPECT_EQ(result.all("list /"), (List{"a", "dev", "peek", "proc", "tmp"}));
}

TEST(LaunchRoot, ASealedDevKeepsItsDevicesTerminalsAndSharedMemory) {
  const Seen result = peek(with_steps({plan::Seal{.target = box("/dev")}}),
                           {"write", "/dev/new", "--", "mkdir", "/dev/directory", "--", "unlink", "/dev/null", "--",
                            "write", "/dev/null", "--", "open", "/dev/ptmx", "w", "--", "write", "/dev/shm/new"});
  EXPECT_EQ(result.one("write /dev/new"), "EROFS");
  EXPECT_EQ(result.one("mkdir /dev/directory"), "EROFS");
  EXPECT_EQ(result.one("unlink /dev/null"), "EROFS");
  EXPECT_EQ(result.one("write /dev/null"), "ok");
  EXPECT_EQ(result.one("open /dev/ptmx"), "ok");
  EXPECT_EQ(result.one("write /dev/shm/new"), "ok");
}

TEST(LaunchRoot, ASealOnWhatIsNoMountIsRefused) {
  const plan::Sandbox sandbox = with_steps({plan::Dir{.target = box("/plain")}, plan::Seal{.target = box("/plain")}});
  EXPECT_EQ(report_of(sandbox), report(Stage::kStep, kFirst + 1, EINVAL));
}

TEST(LaunchRoot, APlanAtTheLimitOfStepsIsPerformed) {
  std::vector<plan::Step> steps;
  for (int index = 0; index < 1500; ++index) {
    steps.emplace_back(plan::File{.target = box("/etc/file" + std::to_string(index)), .content = "x"});
    steps.emplace_back(bind_of(*HostPath::parse(peek_program()), "/bin/peek" + std::to_string(index)));
  }
  plan::Sandbox sandbox = with_steps(steps);
  sandbox.root_size = 16u << 20;
  sandbox.command.program = "/bin/peek1499";
  EXPECT_EQ(peek(sandbox, {"read", "/etc/file1499"}).one("read /etc/file1499"), "x");
}

TEST(LaunchRoot, TheRootsSizeIsABound) {
  plan::Sandbox sandbox = with_steps({plan::File{.target = box("/big"), .content = std::string(1 << 20, 'x')}});
  sandbox.root_size = 65536;
  EXPECT_EQ(report_of(sandbox), report(Stage::kStep, kFirst, ENOSPC));
}

TEST(LaunchRoot, WithoutAFrontEndABareLineTells) {
  plan::Bind bind = bind_of(HostPath::literal("/usr"), "/usr");
  bind.source = HostPath::literal("/absent");
  const Seen result = peek(with_steps({bind}), {"say", "it ran"});
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(result.errors, text::format("hutch-launch: set-up failed: stage %d, step %d, error %d\n",
                                        static_cast<int>(Stage::kSource), kFirst, ENOENT));
}

TEST(LaunchRoot, EveryStageOfASmallPlanIsReportedAsItself) {
  plan::Sandbox bad_host_name = small_sandbox();
  bad_host_name.namespaces.hostname = std::string(100, 'h');
  EXPECT_EQ(report_of(bad_host_name), report(Stage::kNamespaces, -1, EINVAL));
  plan::Sandbox bad_ids = small_sandbox();
  bad_ids.namespaces.uid = 0;
  bad_ids.namespaces.gid = 12345;  // not the caller's: the kernel refuses to map it
  EXPECT_EQ(report_of(bad_ids), report(Stage::kIdMap, -1, EPERM));
  plan::Sandbox bad_limit = small_sandbox();
  bad_limit.namespace_limits = {{.name = "max_absent_namespaces", .value = 1}};
  EXPECT_EQ(report_of(bad_limit), report(Stage::kNamespaces, -1, ENOENT));
  bad_limit.namespace_limits = {{.name = "../kernel/hostname", .value = 1}};
  EXPECT_EQ(report_of(bad_limit), report(Stage::kNamespaces, -1, EINVAL));
  plan::Sandbox bad_resource = small_sandbox();
  bad_resource.resource_limits = {{.resource = 77, .soft = 1, .hard = 1}};
  EXPECT_EQ(report_of(bad_resource), report(Stage::kLimits, -1, EINVAL));
  plan::Sandbox bad_network = small_sandbox();
  bad_network.network_rules = {{.ipv6 = false, .address = "10.0.0.0", .prefix = 8, .allow = false},
                               {.ipv6 = false, .address = "nonsense", .prefix = 8, .allow = false}};
  EXPECT_EQ(report_of(bad_network), report(Stage::kNetworkRule, 1, EINVAL));
  plan::Sandbox ranges = small_sandbox();
  ranges.namespaces.uid_ranges = {{.inside = 0, .outside = 100000, .count = 1000}};
  EXPECT_EQ(report_of(ranges), report(Stage::kIdMap, -1, EPERM));  // nobody there to write the maps
}

}  // namespace
}  // namespace hutch::test
