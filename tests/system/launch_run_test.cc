// What a command is given and how its end is told.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "launch_fixture.h"
#include "os/pipe.h"

namespace hutch::test {
namespace {

using List = std::vector<std::string>;

TEST(LaunchRun, AProgramRunsAndItsStatusComesBack) {
  const Seen result = peek(small_sandbox(), {"say", "hello", "--", "exit", "7"});
  EXPECT_EQ(result.status, 7) << result.errors;
  EXPECT_EQ(result.output, "say: hello\n");
  EXPECT_EQ(result.errors, "");
}

TEST(LaunchRun, EveryExitStatusIsKept) {
  for (const int status : {0, 1, 2, 42, 125, 126, 127, 128, 254, 255}) {
    EXPECT_EQ(peek(small_sandbox(), {"exit", std::to_string(status)}).status, status);
  }
}

TEST(LaunchRun, ASignalIsToldAs128AndItsNumber) {
  for (const int signal : {SIGHUP, SIGTERM, SIGKILL, SIGSEGV}) {
    EXPECT_EQ(peek(small_sandbox(), {"raise", std::to_string(signal)}).status, 128 + signal);
  }
}

TEST(LaunchRun, TheEnvironmentIsThePlansAndNothingElse) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.environment = {"PATH=/bin", "EMPTY=", "SPACED=a b=c"};
  EXPECT_EQ(peek(sandbox, {"environ"}).all("environ"), (List{"PATH=/bin", "EMPTY=", "SPACED=a b=c"}));
}

TEST(LaunchRun, OnlyTheStandardDescriptorsAreOpen) {
  const os::Fd leaked(::open("/", O_PATH | O_DIRECTORY));  // not close-on-exec
  const os::Fd also_leaked(::open("/etc/passwd", O_RDONLY));
  const Seen result = peek(small_sandbox(), {"fds"});
  EXPECT_EQ(result.output, "fds 0: device\nfds 1: pipe\nfds 2: pipe\n");
}

TEST(LaunchRun, ListedDescriptorsArePassedAtTheirNumber) {
  auto pipe = os::make_pipe();
  ASSERT_TRUE(pipe);
  plan::Sandbox sandbox = small_sandbox();
  sandbox.descriptors = {42, 17};
  Options options;
  options.descriptors = {{pipe->read.get(), 42}, {pipe->write.get(), 17}, {pipe->write.get(), 18}};
  const Seen result = peek(sandbox, {"fds"}, std::move(options));
  EXPECT_EQ(result.output, "fds 0: device\nfds 1: pipe\nfds 2: pipe\nfds 17: pipe\nfds 42: pipe\n") << result.errors;
}

TEST(LaunchRun, ADirectoryIsNeverPassed) {
  const os::Fd directory(::open("/usr", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  plan::Sandbox sandbox = small_sandbox();
  sandbox.descriptors = {12};
  Options listed;
  listed.descriptors = {{directory.get(), 12}};
  EXPECT_EQ(peek(sandbox, {"fds"}, std::move(listed)).status, 125);
  Options standard;
  standard.input = os::Fd(::open("/usr", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_EQ(peek(small_sandbox(), {"fds"}, std::move(standard)).status, 125);
}

TEST(LaunchRun, AListedDescriptorThatIsClosedStopsTheRun) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.descriptors = {12};
  const Seen result = peek(sandbox, {"fds"});
  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.output, "");
}

TEST(LaunchRun, StandardInputReachesTheProgram) {
  auto pipe = os::make_pipe();
  ASSERT_TRUE(pipe);
  ASSERT_EQ(::write(pipe->write.get(), "one\ntwo\n", 8), 8);
  pipe->write.reset();
  Options options;
  options.input = std::move(pipe->read);
  EXPECT_EQ(peek(small_sandbox(), {"echo"}, std::move(options)).all("echo"), (List{"one", "two"}));
}

TEST(LaunchRun, IdsAreTheUsersOwn) {
  const Seen result = peek(small_sandbox(), {"ids"});
  EXPECT_EQ(result.one("ids uid"), std::to_string(::getuid()));
  EXPECT_EQ(result.one("ids euid"), std::to_string(::getuid()));
  EXPECT_EQ(result.one("ids gid"), std::to_string(::getgid()));
}

TEST(LaunchRun, HostNameDirectoryAndMaskAreSet) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.namespaces.hostname = "inside-here";
  sandbox.command.directory = BoxPath::literal("/tmp");
  const Seen result = peek(sandbox, {"system"});
  EXPECT_EQ(result.one("system host"), "inside-here");
  EXPECT_EQ(result.one("system directory"), "/tmp");
  EXPECT_EQ(result.one("system umask"), "22");
}

TEST(LaunchRun, AMissingDirectoryStopsTheRun) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.command.directory = BoxPath::literal("/absent");
  Options options;
  options.gives_front_end = true;
  const Seen result = peek(sandbox, {"say", "x"}, std::move(options));
  EXPECT_EQ(result.output, text::format("--report %d -1 %d\n", static_cast<int>(plan::Stage::kDirectory), ENOENT));
}

TEST(LaunchRun, ClocksAreShiftedWhenAsked) {
  timespec here{};
  ASSERT_EQ(::clock_gettime(CLOCK_BOOTTIME, &here), 0);
  plan::Sandbox sandbox = small_sandbox();
  sandbox.namespaces.time = true;
  sandbox.namespaces.boottime_offset = 1000000;
  const Seen result = peek(sandbox, {"system"});
  const auto seen = text::parse_number(result.one("system boottime"), 1ULL << 40);
  ASSERT_TRUE(seen) << result.errors;
  EXPECT_GE(*seen, static_cast<unsigned long long>(here.tv_sec) + 1000000);
  EXPECT_LT(*seen, static_cast<unsigned long long>(here.tv_sec) + 1000100);
}

TEST(LaunchRun, SignalsStartAtTheirDefaults) {
  Options options;
  options.ignored_signals = {SIGHUP, SIGINT, SIGPIPE, SIGCHLD, SIGRTMIN + 3};
  const Seen result = peek(small_sandbox(), {"signals", "--", "say", "done"}, std::move(options));
  EXPECT_EQ(result.output, "say: done\n");
}

TEST(LaunchRun, ResourceLimitsHold) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.resource_limits = {{.resource = RLIMIT_NOFILE, .soft = 64, .hard = 128},
                             {.resource = RLIMIT_NPROC, .soft = 20, .hard = 20}};
  const Seen result = peek(sandbox, {"limit", std::to_string(RLIMIT_NOFILE), "--", "forks", "100"});
  EXPECT_EQ(result.one(text::format("limit %d", RLIMIT_NOFILE)), "64 128");
  const auto forks = text::parse_number(result.one("forks"), 1000);
  ASSERT_TRUE(forks);
  EXPECT_LT(*forks, 20u);  // counted in this sandbox alone: the user has more processes than that outside
  EXPECT_GT(*forks, 10u);
}

TEST(LaunchRun, ProgramsThatCannotRunAreTold) {
  struct Case {
    const char* program;
    int status;
  };
  for (const Case& it : {Case{"/absent", 127}, Case{"/tmp/absent/x", 127}, Case{"/tmp", 126}, Case{"/dev/null", 126},
                         Case{"/proc/mounts", 126}}) {
    plan::Sandbox sandbox = small_sandbox();
    sandbox.command.program = it.program;
    const Seen result = run(sandbox);
    EXPECT_EQ(result.status, it.status) << it.program << result.errors;
    EXPECT_EQ(result.output, "");
  }
}

TEST(LaunchRun, AProgramWithoutASlashIsLookedUpInside) {
  plan::Sandbox sandbox = small_sandbox();
  sandbox.environment = {"PATH=relative:/absent:/dev:/"};
  sandbox.command.program = "peek";
  EXPECT_EQ(peek(sandbox, {"say", "found"}).output, "say: found\n");
  sandbox.command.program = "sh";  // the host has one, the sandbox does not
  EXPECT_EQ(run(sandbox).status, 127);
}

TEST(LaunchRun, AMissingFilterStopsTheRunUnlessWaived) {
  Options missing;
  missing.filter.reset();
  EXPECT_EQ(peek(small_sandbox(), {"say", "x"}, std::move(missing)).status, 125);
  Options waived;
  waived.filter.reset();
  waived.mode.emplace_back("--without-seccomp");
  const Seen result = peek(small_sandbox(), {"caps"}, std::move(waived));
  EXPECT_EQ(result.one("caps seccomp"), "0");
}

TEST(LaunchRun, ADamagedFilterStopsTheRunEvenWhenWaived) {
  for (const char* const mode : {"", "--without-seccomp"}) {
    Options damaged;
    damaged.filter = "not a filter";
    damaged.mode.emplace_back(mode);
    EXPECT_EQ(peek(small_sandbox(), {"say", "x"}, std::move(damaged)).status, 125);
  }
}

TEST(LaunchRun, AFilterThatLetsAWallDownIsFoundOut) {
  // An empty policy: everything allowed.
  const char allow[] = {0x06, 0, 0, 0, 0, 0, static_cast<char>(0xff), 0x7f};
  Options options;
  options.filter = std::string(allow, sizeof allow);
  options.gives_front_end = true;
  const Seen result = peek(small_sandbox(), {"say", "x"}, std::move(options));
  EXPECT_EQ(result.output, text::format("--report %d %d %d\n", static_cast<int>(plan::Stage::kProof),
                                        static_cast<int>(plan::WallProof::kTerminalInjection), EPERM));
}

TEST(LaunchRun, UnknownModesAndInitFromOutsideAreRefused) {
  for (const char* const mode : {"init", "bogus", ""}) {
    Options options;
    options.mode = {mode};
    EXPECT_EQ(peek(small_sandbox(), {"say", "x"}, std::move(options)).status, 125) << mode;
  }
}

TEST(LaunchRun, AnUnsealedOrDamagedPlanIsRefused) {
  Place place;
  const HostPath file = place.file("plan", "garbage");
  const os::Fd unsealed(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  Options options;
  options.descriptors = {{unsealed.get(), plan::kPlanDescriptor}};
  EXPECT_EQ(run(small_sandbox(), std::move(options)).status, 125);
}

TEST(LaunchRun, AHundredThousandBytesOfArgumentsArrive) {
  plan::Sandbox sandbox = small_sandbox();
  const std::string word(100000, 'w');
  EXPECT_EQ(peek(sandbox, {"say", word}).output, "say: " + word + "\n");
}

}  // namespace
}  // namespace hutch::test
