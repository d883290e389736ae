#include "core/compose/command.h"

#include <gtest/gtest.h>

#include "fake_host.h"
#include "steps.h"

namespace hutch::compose {
namespace {

using test::bind_at;
using test::FakeHost;
using test::helper_of;
using test::launch_of;
using test::profile_of;
using test::step_at;

const std::vector<std::string> kPortals = {"socket=wayland", "portal=file-chooser"};

profile::Request request_of(const std::vector<std::string>& arguments, std::vector<profile::FileArgument> files) {
  profile::Request request;
  request.arguments = arguments;
  request.files = std::move(files);
  return request;
}

TEST(Command, ASystemProgramIsStartedByTheNameItHas) {
  FakeHost host = FakeHost::desktop();
  host.add_program("/usr/bin/vim.basic");
  host.add_link("/etc/alternatives/vi", "/usr/bin/vim.basic");
  host.add_link("/usr/bin/vi", "/etc/alternatives/vi");
  EXPECT_EQ(host.compose(profile_of({}), {}, launch_of("/usr/bin/vi"))->sandbox.command.program, "/usr/bin/vi");
  EXPECT_EQ(host.compose(profile_of({}), {}, launch_of("/bin/true"))->sandbox.command.program, "/bin/true");
}

TEST(Command, AProgramElsewhereIsBoundAloneAndReadOnly) {
  FakeHost host = FakeHost::desktop();
  host.add_program("/home/alice/src/tool");
  host.add("/home/alice/src/secret");
  const auto plan = host.compose(profile_of({}), {}, launch_of("/home/alice/src/tool"));
  ASSERT_TRUE(plan) << plan.error().describe();
  EXPECT_EQ(plan->sandbox.command.program, "/home/alice/src/tool");
  ASSERT_NE(bind_at(*plan, "/home/alice/src/tool"), nullptr);
  EXPECT_EQ(bind_at(*plan, "/home/alice/src/tool")->access, plan::BindAccess::kReadOnly);
  EXPECT_FALSE(test::brings(*plan, "/home/alice/src/secret"));
}

TEST(Command, AProgramBehindALinkIsStartedWhereItIs) {
  FakeHost host = FakeHost::desktop();
  host.add_program("/opt/browser/browser");
  host.add_link("/usr/bin/browser", "/opt/browser/browser");
  const auto plan = host.compose(profile_of({}), {}, launch_of("/usr/bin/browser"));
  EXPECT_EQ(plan->sandbox.command.program, "/opt/browser/browser");
  EXPECT_EQ(plan->sandbox.command.arguments.front(), "/usr/bin/browser");
  EXPECT_NE(bind_at(*plan, "/opt/browser/browser"), nullptr);
  const auto granted = host.compose(profile_of({"filesystem=/opt/browser:ro"}), {}, launch_of("/usr/bin/browser"));
  EXPECT_EQ(bind_at(*granted, "/opt/browser/browser"), nullptr);
}

TEST(Command, WhatIsMissingOrNoProgramIsToldApart) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/notes");
  EXPECT_EQ(host.compose(profile_of({}), {}, launch_of("/usr/bin/none")).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(host.compose(profile_of({}), {}, launch_of("/home/alice/notes")).error().kind, ErrorKind::kNotRunnable);
  EXPECT_EQ(host.compose(profile_of({}), {}, launch_of("/usr")).error().kind, ErrorKind::kNotRunnable);
}

TEST(Command, TheDirectoryIsKeptWhereItIsVisible) {
  const FakeHost host = FakeHost::desktop();
  compose::Launch launch = launch_of("/usr/bin/true");
  launch.directory = HostPath::literal("/home/alice/Documents");
  EXPECT_EQ(host.compose(profile_of({}), {}, launch)->sandbox.command.directory.str(), "/home/alice");
  EXPECT_EQ(host.compose(profile_of({"filesystem=xdg-documents"}), {}, launch)->sandbox.command.directory.str(),
            "/home/alice/Documents");
  profile::Request asked;
  asked.directory = "Documents";
  const auto refused = host.compose(profile_of({}), asked, launch);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().hint.find("--filesystem=/home/alice/Documents"), std::string::npos);
}

TEST(Command, FilesGoThroughTheDocumentPortal) {
  FakeHost host = FakeHost::desktop();
  const auto request = request_of({"--new", "Documents/letter.txt"},
                                  {{.index = 1, .file = HostPath::literal("/home/alice/Documents/letter.txt")}});
  const auto plan = host.compose(profile_of(kPortals), request, launch_of("/usr/bin/true", request.arguments));
  ASSERT_TRUE(plan) << plan.error().describe();
  EXPECT_EQ(plan->sandbox.command.arguments, (std::vector<std::string>{"/usr/bin/true", "--new", "<document:0>"}));
  const auto* const documents = helper_of<plan::Documents>(*plan);
  ASSERT_NE(documents, nullptr);
  ASSERT_EQ(documents->grants.size(), 1U);
  EXPECT_EQ(documents->grants[0].argument, 2U);
  EXPECT_FALSE(documents->grants[0].is_writable);
  EXPECT_FALSE(test::brings(*plan, "/home/alice/Documents"));
}

TEST(Command, WithoutThePortalFilesAreBoundAtTheirPlace) {
  FakeHost host = FakeHost::desktop();
  host.facts.desktop.has_document_portal = false;
  const auto request =
      request_of({"letter.txt"},
                 {{.index = 0, .file = HostPath::literal("/home/alice/Documents/letter.txt"), .is_writable = true}});
  const auto plan = host.compose(profile_of(kPortals), request, launch_of("/usr/bin/true", request.arguments));
  ASSERT_TRUE(plan) << plan.error().describe();
  EXPECT_EQ(plan->sandbox.command.arguments.back(), "/home/alice/Documents/letter.txt");
  EXPECT_EQ(bind_at(*plan, "/home/alice/Documents/letter.txt")->access, plan::BindAccess::kReadWrite);
}

TEST(Command, FilesThatAreVisibleAnywayAreLeftAlone) {
  const FakeHost host = FakeHost::desktop();
  std::vector<std::string> flags = kPortals;
  flags.emplace_back("filesystem=xdg-documents:ro");
  const HostPath letter = HostPath::literal("/home/alice/Documents/letter.txt");
  const auto read = request_of({"letter.txt"}, {{.index = 0, .file = letter}});
  const auto plan = host.compose(profile_of(flags), read, launch_of("/usr/bin/true", read.arguments));
  EXPECT_EQ(plan->sandbox.command.arguments.back(), letter.str());
  EXPECT_TRUE(helper_of<plan::Documents>(*plan)->grants.empty());
  // Not where more is asked for than the grant gives.
  const auto write = request_of({"letter.txt"}, {{.index = 0, .file = letter, .is_writable = true}});
  const auto more = host.compose(profile_of(flags), write, launch_of("/usr/bin/true", write.arguments));
  EXPECT_EQ(more->sandbox.command.arguments.back(), "<document:0>");
}

TEST(Command, HutchsOwnFilesAndDevicesAreNotHandedOver) {
  FakeHost host = FakeHost::desktop();
  host.add("/home/alice/.config/hutch/overrides/x.toml");
  for (const char* const file : {"/home/alice/.config/hutch/overrides/x.toml", "/dev/sda"}) {
    const auto request = request_of({file}, {{.index = 0, .file = HostPath::literal(file)}});
    const auto plan = host.compose(profile_of(kPortals), request, launch_of("/usr/bin/true", request.arguments));
    ASSERT_FALSE(plan) << file;
    EXPECT_EQ(plan.error().kind, ErrorKind::kDenied);
  }
}

TEST(Command, AFileUnderTheSandboxsOwnNameIsNotReplaced) {
  const FakeHost host = FakeHost::desktop();
  const auto request = request_of({"/etc/passwd"}, {{.index = 0, .file = HostPath::literal("/etc/passwd")}});
  const auto plan = host.compose(profile_of({}), request, launch_of("/usr/bin/true", request.arguments));
  ASSERT_TRUE(plan) << plan.error().describe();
  EXPECT_TRUE(std::holds_alternative<plan::File>(*step_at(*plan, "/etc/passwd")));
}

}  // namespace
}  // namespace hutch::compose
