#include "names/renaming.h"

#include <gtest/gtest.h>

namespace hutch::names {
namespace {

const Renaming kRenaming("work", {"org.a.App.*", "org.b.Single", "org.a.App-two.*"});

TEST(Renaming, PutsThePartBehindTheNameAndBeforeWhatIsBelow) {
  EXPECT_EQ(kRenaming.outward("org.a.App"), "org.a.App.work");
  EXPECT_EQ(kRenaming.outward("org.a.App.Window.x1"), "org.a.App.work.Window.x1");
  EXPECT_EQ(kRenaming.outward("org.b.Single"), "org.b.Single.work");
  EXPECT_EQ(kRenaming.outward("org.a.App-two.x"), "org.a.App-two.work.x");
}

TEST(Renaming, LeavesAllOtherNames) {
  for (const char* const name : {"", "org.a", "org.a.Apple", "org.b.Single.below", "org.freedesktop.DBus", ":1.7"}) {
    EXPECT_EQ(kRenaming.outward(name), std::nullopt) << name;
    EXPECT_EQ(kRenaming.inward(name), std::nullopt) << name;
  }
  EXPECT_EQ(kRenaming.inward("org.a.App"), std::nullopt);  // of the default box
  EXPECT_EQ(kRenaming.inward("org.a.App.workshop"), std::nullopt);
}

TEST(Renaming, ComesBack) {
  for (const char* const name : {"org.a.App", "org.a.App.x", "org.b.Single", "org.a.App-two", "org.a.App.work"}) {
    EXPECT_EQ(kRenaming.inward(*kRenaming.outward(name)), name);
  }
}

TEST(Renaming, FindsTheObjectThatStandsForTheApp) {
  EXPECT_EQ(kRenaming.inward_path("/org/a/App/work"), "/org/a/App");
  EXPECT_EQ(kRenaming.inward_path("/org/a/App/work/window/1"), "/org/a/App/window/1");
  EXPECT_EQ(kRenaming.inward_path("/org/a/App_two/work"), "/org/a/App_two");
  EXPECT_EQ(kRenaming.inward_path("/org/a/App"), std::nullopt);
  EXPECT_EQ(kRenaming.inward_path("/org/a/App/workshop"), std::nullopt);
}

TEST(Renaming, ReplacesValuesOfMatchRules) {
  EXPECT_EQ(kRenaming.outward_rule("type='signal',arg0='org.a.App',sender='org.freedesktop.DBus'"),
            "type='signal',arg0='org.a.App.work',sender='org.freedesktop.DBus'");
  for (const char* const rule : {"", "'", "a='", "path='/org/a/App'", "arg0=org.a.App", "a='org.a.App,"}) {
    EXPECT_EQ(kRenaming.outward_rule(rule), rule);
  }
}

}  // namespace
}  // namespace hutch::names
