#include "host/keyfile.h"

#include "fresh_directory.h"

namespace hutch::host {
namespace {

using Words = std::vector<std::string>;

TEST(SplitExec, QuotesAndFieldCodesAreResolved) {
  const struct {
    const char* exec;
    Words words;
  } cases[] = {
      {"gedit %U", {"gedit"}},
      {"/usr/bin/env A=b prog --new-window %f", {"/usr/bin/env", "A=b", "prog", "--new-window"}},
      {R"("my prog" "a b" '' %%)", {"my prog", "a b", "", "%"}},
      {R"(sh -c "echo \"\$HOME\"")", {"sh", "-c", "echo \"$HOME\""}},
      {"prog --url=%u --icon %i", {"prog", "--url=", "--icon"}},
  };
  for (const auto& test : cases) {
    const auto words = split_exec(test.exec);
    ASSERT_TRUE(words) << test.exec;
    EXPECT_EQ(*words, test.words) << test.exec;
  }
}

TEST(SplitExec, AnOpenQuoteIsAnErrorThatShowsTheCommandSafely) {
  const auto words = split_exec("prog \"open\x1b[2J");
  ASSERT_FALSE(words);
  EXPECT_NE(words.error().message.find("\\x1b[2J"), std::string::npos);
  EXPECT_FALSE(split_exec(""));
}

class DesktopEntries : public FreshDirectory {
 protected:
  void SetUp() override {
    FreshDirectory::SetUp();
    for (const char* const name : {"user/applications", "system/applications"}) {
      ASSERT_TRUE(os::make_directories(directory_ / name, 0700));
    }
  }
  void write(const char* place, const std::string& content) {
    ASSERT_TRUE(os::replace_file(directory_ / place / "applications/org.x.App.desktop", content, 0600));
  }
  Result<std::optional<DesktopFile>> read(const std::string& id = "org.x.App") {
    return read_desktop_entry(id, {directory_ / "none", directory_ / "user", directory_ / "system"});
  }
};

TEST_F(DesktopEntries, TheFirstDirectoryWins) {
  write("system", "[Desktop Entry]\nName=System\nExec=system %F\n");
  auto entry = read();
  ASSERT_TRUE(entry && *entry);
  EXPECT_EQ((*entry)->name, "System");
  write("user",
        "[Desktop Entry]\nName=User\nIcon=x\nStartupWMClass=X\nDBusActivatable=true\nExec=\"/opt/a b/app\" %U\n"
        "[Desktop Action new]\nExec=other\n");
  entry = read();
  ASSERT_TRUE(entry && *entry);
  EXPECT_EQ((*entry)->id, "org.x.App");
  EXPECT_EQ((*entry)->name, "User");
  EXPECT_EQ((*entry)->icon, "x");
  EXPECT_EQ((*entry)->startup_window_class, "X");
  EXPECT_TRUE((*entry)->is_bus_activatable);
  EXPECT_EQ((*entry)->command, (Words{"/opt/a b/app"}));
}

TEST_F(DesktopEntries, AHiddenEntryHidesTheOnesBehindIt) {
  write("system", "[Desktop Entry]\nName=System\nExec=system\n");
  write("user", "[Desktop Entry]\nName=User\nHidden=true\nExec=user\n");
  const auto entry = read();
  ASSERT_TRUE(entry);
  EXPECT_FALSE(*entry);
}

TEST_F(DesktopEntries, AbsenceIsNoErrorAndNonsenseIs) {
  const auto absent = read();
  ASSERT_TRUE(absent);
  EXPECT_FALSE(*absent);
  write("user", "Name=before any group\n");
  const auto broken = read();
  ASSERT_FALSE(broken);
  EXPECT_NE(broken.error().describe().find("user/applications/org.x.App.desktop"), std::string::npos);
  for (const char* const id : {"", "../etc", "a/b", ".hidden"}) EXPECT_FALSE(read(id)) << id;
}

}  // namespace
}  // namespace hutch::host
