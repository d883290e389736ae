// What `ps` prints, for people and for programs.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>

#include "app/instance_table.h"

namespace hutch::app {
namespace {

// The reviewed text; HUTCH_UPDATE_GOLDEN=1 writes what the code says now, for review.
void expect_golden(const std::string& name, const std::string& now) {
  const std::string path = std::string(HUTCH_GOLDEN) + "/" + name;
  if (std::getenv("HUTCH_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << now;
  std::stringstream reviewed;
  reviewed << std::ifstream(path).rdbuf();
  EXPECT_EQ(now, reviewed.str()) << path;
}

std::vector<ListedInstance> sample() {
  const instance::Record plain{.id = *InstanceId::parse("footk3m9x"),
                               .profile = *ProfileName::parse("foot"),
                               .box = {},
                               .app = *AppId::parse("org.codeberg.dnkl.foot"),
                               .command = "foot",
                               .started = 1700000000,
                               .supervisor = 812,
                               .supervisor_start = 99,
                               .init = 815,
                               .scope = {},
                               .network = "none",
                               .weakenings = {},
                               .warnings = {"no systemd user manager answers"}};
  instance::Record boxed = plain;
  boxed.id = *InstanceId::parse("workeditor");
  boxed.profile = *ProfileName::parse("gedit");
  boxed.box = *BoxName::parse("work");
  boxed.app = *AppId::parse("org.gnome.gedit.work");
  boxed.command = "gedit 'B\u00fccher \x1b[31m.txt'";
  boxed.started = 1709210096;
  boxed.supervisor = 4194304;
  boxed.scope = "app-hutch-org.gnome.gedit.work-workeditor.scope";
  boxed.network = "private";
  boxed.weakenings = {"--socket=x11"};
  boxed.warnings = {};
  return {{.record = plain, .state = "running"}, {.record = boxed, .state = "paused"}};
}

TEST(Ps, IsAsReviewed) {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  expect_golden("ps.txt", format_table(table_of(sample()), true));
  expect_golden("ps.json", format_json(json_of(sample())));
  expect_golden("none.json", format_json(json_of({})));
}

}  // namespace
}  // namespace hutch::app
