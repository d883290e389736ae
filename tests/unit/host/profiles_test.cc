#include "host/profiles.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "../os/scratch.h"
#include "host/profile_index.h"
#include "os/file.h"

namespace hutch::host {
namespace {

using Arguments = std::vector<std::string>;

// Profile directories and programs of the test's own. What is root's is /usr/bin/env and its like.
class Profiles : public os::Scratch {
 protected:
  void SetUp() override {
    os::Scratch::SetUp();
    facts.directories.config = at("config");
    facts.directories.cache = at("cache");
    set("HUTCH_PROFILE_PATH", at("shipped").str());
    set("HUTCH_CONFIG", at("etc").str());
    set("PATH", at("bin").str() + ":/usr/bin:/bin");
    write("shipped/base/untrusted.toml", "id = \"untrusted\"\n");
    write("shipped/base/gui.toml", "id = \"gui\"\n[permissions]\nsockets = [\"wayland\"]\n");
  }
  void TearDown() override {
    for (const auto& [name, value] : before_) {
      if (value) {
        ::setenv(name.c_str(), value->c_str(), 1);
      } else {
        ::unsetenv(name.c_str());
      }
    }
    os::Scratch::TearDown();
  }

  void set(const char* name, const std::string& value) {
    const char* const old = ::getenv(name);
    before_.emplace_back(name, old == nullptr ? std::nullopt : std::optional<std::string>(old));
    ::setenv(name, value.c_str(), 1);
  }
  HostPath write(const std::string& name, const std::string& content, mode_t mode = 0644) {
    const HostPath file = at(name);
    EXPECT_TRUE(os::make_directories(file.parent(), 0755));
    EXPECT_TRUE(os::replace_file(file, content, mode));
    EXPECT_EQ(::chmod(file.c_str(), mode), 0);
    return file;
  }
  // A program that is not root's, also when the tests run as root.
  HostPath program(const std::string& name) {
    const HostPath file = write(name, "#!/bin/sh\n", 0755);
    EXPECT_TRUE(::geteuid() != 0 || ::chown(file.c_str(), 12345, 12345) == 0);
    return file;
  }
  static profile::Request request(const std::string& app, const Arguments& arguments = {}) {
    profile::Request made;
    made.app = app;
    made.arguments = arguments;
    return made;
  }
  Resolved resolved(const profile::Request& request) {
    auto result = resolve(facts, request);
    EXPECT_TRUE(result) << result.error().describe();
    return result ? std::move(*result) : Resolved{};
  }
  ErrorKind refusal(const profile::Request& request) {
    const auto result = resolve(facts, request);
    EXPECT_FALSE(result) << request.app;
    return result ? ErrorKind::kSystem : result.error().kind;
  }
  std::vector<std::string> files_of(const std::string& id, const std::string& box = "") {
    const auto layers = load_layers(facts, *ProfileName::parse(id), box.empty() ? BoxName() : *BoxName::parse(box));
    EXPECT_TRUE(layers) << layers.error().describe();
    std::vector<std::string> files;
    for (const profile::Layer& layer : *layers) {
      files.push_back(layer.origin.file.substr(directory_.str().size() + 1) + " " +
                      std::to_string(static_cast<int>(layer.rank)));
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  facts::Facts facts;

 private:
  std::vector<std::pair<std::string, std::optional<std::string>>> before_;
};

constexpr const char* kEditor = R"(id = "editor"
extends = ["gui"]
match = { desktop = ["org.example.Editor"], command = ["/usr/bin/env"] }
)";

TEST_F(Profiles, LayersAreTheChainFromEveryPlaceAndTheOverrides) {
  write("shipped/apps/editor.toml", kEditor);
  write("shipped/apps/other.toml", "id = \"other\"\n");
  write("etc/profiles/gui.toml", "id = \"gui\"\n");
  write("config/hutch/profiles/editor.toml", "id = \"editor\"\nextends = [\"mine\"]\n");
  write("config/hutch/profiles/mine.toml", "id = \"mine\"\n");
  write("config/hutch/overrides/editor.toml", "");
  write("config/hutch/overrides/editor@work.toml", "");
  const std::vector<std::string> plain = {"config/hutch/overrides/editor.toml 4", "config/hutch/profiles/editor.toml 3",
                                          "config/hutch/profiles/mine.toml 3",    "etc/profiles/gui.toml 2",
                                          "shipped/apps/editor.toml 1",           "shipped/base/gui.toml 0"};
  EXPECT_EQ(files_of("editor"), plain);
  EXPECT_EQ(files_of("editor", "default"), plain);
  EXPECT_EQ(files_of("editor", "work").size(), plain.size() + 1);
  EXPECT_EQ(files_of("editor", "work").front(), "config/hutch/overrides/editor.toml 4");
}

TEST_F(Profiles, AnAppAsABaseHasTheRankOfABase) {
  write("shipped/apps/editor.toml", kEditor);
  write("shipped/apps/second.toml", "id = \"second\"\nextends = [\"editor\"]\n");
  EXPECT_EQ(files_of("second"), (std::vector<std::string>{"shipped/apps/editor.toml 0", "shipped/apps/second.toml 1",
                                                          "shipped/base/gui.toml 0"}));
}

TEST_F(Profiles, BrokenAndMissingProfilesSayWhichFile) {
  write("shipped/apps/broken.toml", "id = \"broken\"\nsockets = []\n");
  write("shipped/apps/wrong.toml", "id = \"right\"\n");
  auto layers = load_layers(facts, *ProfileName::parse("broken"), {});
  ASSERT_FALSE(layers);
  EXPECT_NE(layers.error().describe().find("shipped/apps/broken.toml:2:1: unknown key"), std::string::npos);
  layers = load_layers(facts, *ProfileName::parse("wrong"), {});
  ASSERT_FALSE(layers);
  EXPECT_NE(layers.error().describe().find("the file holds profile 'right'"), std::string::npos);
  layers = load_layers(facts, *ProfileName::parse("untrustd"), {});
  ASSERT_FALSE(layers);
  EXPECT_EQ(layers.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(layers.error().hint, "did you mean 'untrusted'?");
}

TEST_F(Profiles, ListsWhatHasAName) {
  write("shipped/apps/editor.toml", kEditor);
  write("shipped/apps/README", "");
  write("shipped/apps/.hidden.toml", "");
  write("config/hutch/profiles/editor.toml", "");
  const auto listed = list_profiles(facts);
  ASSERT_TRUE(listed);
  std::vector<std::string> ids;
  for (const Listed& one : *listed) ids.push_back(one.id.str() + (one.is_base ? " base" : " app"));
  EXPECT_EQ(ids, (std::vector<std::string>{"gui base", "untrusted base", "editor app", "editor app"}));
}

TEST_F(Profiles, AProfileIdStartsItsProgram) {
  write("shipped/apps/editor.toml", kEditor);
  const Resolved result = resolved(request("editor", {"-u", "X"}));
  EXPECT_EQ(result.profile.str(), "editor");
  EXPECT_EQ(result.program.str(), "/usr/bin/env");
  EXPECT_EQ(result.arguments, (Arguments{"/usr/bin/env", "-u", "X"}));
  EXPECT_EQ(result.note, "");
}

TEST_F(Profiles, ADesktopIdStartsTheProgramOfItsProfile) {
  write("shipped/apps/editor.toml", kEditor);
  const Resolved result = resolved(request("org.example.Editor"));
  EXPECT_EQ(result.profile.str(), "editor");
  EXPECT_EQ(result.program.str(), "/usr/bin/env");
  EXPECT_EQ(result.desktop_id, "org.example.Editor");
}

TEST_F(Profiles, RootsProgramsAreMatchedByCommandAndByPath) {
  write("shipped/apps/editor.toml", kEditor);
  for (const char* typed : {"env", "/usr/bin/env", "/usr//bin/../bin/env", "/bin/env"}) {
    const Resolved result = resolved(request(typed));
    EXPECT_EQ(result.profile.str(), "editor") << typed;
    EXPECT_EQ(result.arguments, Arguments{typed});
  }
}

TEST_F(Profiles, AProgramOfTheSameNameElsewhereIsUntrusted) {
  write("shipped/apps/editor.toml", kEditor);
  const HostPath fake = program("bin/env");
  for (const std::string& typed : {std::string("env"), fake.str()}) {
    const Resolved result = resolved(request(typed));
    EXPECT_EQ(result.profile.str(), "untrusted");
    EXPECT_EQ(result.program, fake);
    EXPECT_NE(result.note.find("was not installed by the administrator; running under 'untrusted'"), std::string::npos);
  }
}

TEST_F(Profiles, AShippedProfileCannotVouchForAUsersProgram) {
  const HostPath tool = program("bin/tool");
  const std::string profile = "id = \"helper\"\nmatch = { command = [\"" + tool.str() + "\"] }\n";
  write("shipped/apps/helper.toml", profile);
  write("etc/profiles/helper.toml", profile);
  EXPECT_EQ(resolved(request(tool.str())).profile.str(), "untrusted");
  write("config/hutch/profiles/helper.toml", profile);
  EXPECT_EQ(resolved(request(tool.str())).profile.str(), "helper");
}

TEST_F(Profiles, TheUsersProfileForAProgramWinsAndTwoOfOneRankAreAmbiguous) {
  write("shipped/apps/editor.toml", kEditor);
  write("config/hutch/profiles/strict.toml", "id = \"strict\"\nmatch = { command = [\"/usr/bin/env\"] }\n");
  EXPECT_EQ(resolved(request("env")).profile.str(), "strict");
  write("config/hutch/profiles/stricter.toml", "id = \"stricter\"\nmatch = { command = [\"/usr/bin/env\"] }\n");
  EXPECT_EQ(refusal(request("env")), ErrorKind::kConflict);
}

TEST_F(Profiles, RootsProgramsWithoutAProfileAreUntrusted) {
  const Resolved result = resolved(request("/usr/bin/env"));
  EXPECT_EQ(result.profile.str(), "untrusted");
  EXPECT_EQ(result.note, "no profile is for '/usr/bin/env'; running under 'untrusted'");
}

TEST_F(Profiles, ANamedProfileIsTakenAndNothingIsLookedUp) {
  write("shipped/apps/editor.toml", kEditor);
  write("shipped/apps/broken.toml", "nonsense");
  profile::Request named = request("env", {"a"});
  named.profile = *ProfileName::parse("gui");
  EXPECT_EQ(resolved(named).profile.str(), "gui");
  EXPECT_EQ(resolved(named).note, "");
  named.profile.reset();
  named.no_profile = true;
  EXPECT_EQ(resolved(named).profile.str(), "untrusted");
  EXPECT_FALSE(os::exists(at("cache/hutch/profiles.index")));
}

TEST_F(Profiles, AnotherCommandRunsUnderTheAppsProfile) {
  write("shipped/apps/editor.toml", kEditor);
  profile::Request other = request("editor", {"x"});
  other.command = "id";
  EXPECT_EQ(resolved(other).profile.str(), "editor");
  EXPECT_EQ(resolved(other).program.str(), "/usr/bin/id");
  EXPECT_EQ(resolved(other).arguments, (Arguments{"id", "x"}));
}

TEST_F(Profiles, MissingAndUnrunnableProgramsAreToldApart) {
  write("shipped/apps/gone.toml", "id = \"gone\"\nmatch = { command = [\"/usr/bin/not-there\"] }\n");
  write("bin/plain", "text", 0644);
  EXPECT_EQ(refusal(request("./not-there")), ErrorKind::kNotFound);
  EXPECT_EQ(refusal(request("/usr/bin/env/x")), ErrorKind::kNotFound);
  EXPECT_EQ(refusal(request("not-there-either")), ErrorKind::kNotFound);
  EXPECT_EQ(refusal(request("gone")), ErrorKind::kNotFound);
  EXPECT_EQ(refusal(request(at("bin/plain").str())), ErrorKind::kNotRunnable);
  EXPECT_EQ(refusal(request("plain")), ErrorKind::kNotRunnable);
  EXPECT_EQ(refusal(request("/usr")), ErrorKind::kNotRunnable);
  profile::Request named = request("not-there");
  named.profile = *ProfileName::parse("gui");
  EXPECT_EQ(refusal(named), ErrorKind::kNotFound);
}

TEST_F(Profiles, RelativePathsAreThoseOfTheWorkingDirectory) {
  const HostPath tool = program("bin/tool");
  const HostPath before = *HostPath::parse(std::unique_ptr<char, void (*)(void*)>(::getcwd(nullptr, 0), ::free).get());
  ASSERT_EQ(::chdir(at("bin").c_str()), 0);
  const Resolved result = resolved(request("./tool"));
  EXPECT_EQ(::chdir(before.c_str()), 0);
  EXPECT_EQ(result.program, tool);
  EXPECT_EQ(result.arguments, Arguments{"./tool"});
}

TEST_F(Profiles, WrappersOfOtherSandboxesAreSaidSo) {
  write("bin/snapped", "#!/bin/sh\nexec /snap/bin/firefox \"$@\"\n", 0755);
  write("bin/flatpaked", "#!/bin/sh\nexec /usr/bin/flatpak run org.example.X\n", 0755);
  const auto snap = resolve(facts, request("snapped"));
  ASSERT_FALSE(snap);
  EXPECT_EQ(snap.error().kind, ErrorKind::kNotRunnable);
  EXPECT_NE(snap.error().message.find("starts the snap 'firefox'"), std::string::npos);
  const auto flatpak = resolve(facts, request("flatpaked"));
  ASSERT_FALSE(flatpak);
  EXPECT_NE(flatpak.error().message.find("starts the Flatpak 'org.example.X'"), std::string::npos);
}

TEST_F(Profiles, TheIndexFollowsItsFilesAndIsNotBelieved) {
  const HostPath file = write("shipped/apps/editor.toml", kEditor);
  EXPECT_EQ(resolved(request("/usr/bin/env")).profile.str(), "editor");
  ASSERT_TRUE(os::exists(at("cache/hutch/profiles.index")));
  // A file that changed is read again.
  write("shipped/apps/editor.toml", "id = \"editor\"\nmatch = { command = [\"/usr/bin/id\"] }\n");
  EXPECT_EQ(resolved(request("/usr/bin/env")).profile.str(), "untrusted");
  EXPECT_EQ(resolved(request("/usr/bin/id")).profile.str(), "editor");
  // A file that went away matches nothing.
  EXPECT_EQ(::unlink(file.c_str()), 0);
  EXPECT_EQ(resolved(request("/usr/bin/id")).profile.str(), "untrusted");
  // An index that lies is corrected; one that is garbage is ignored.
  write("shipped/apps/editor.toml", kEditor);
  EXPECT_EQ(resolved(request("/usr/bin/env")).profile.str(), "editor");
  const HostPath index = at("cache/hutch/profiles.index");
  std::string content = *os::read_file(index, 1u << 20);
  content.replace(content.find("C /usr/bin/env"), 14, "C /usr/bin/id\n");
  ASSERT_TRUE(os::replace_file(index, content, 0600));
  EXPECT_EQ(resolved(request("/usr/bin/id")).profile.str(), "untrusted");
  for (const char* garbage : {"", "hutch-profiles 1\nC x\n", "hutch-profiles 9\n", "hutch-profiles 1\nF\n"}) {
    ASSERT_TRUE(os::replace_file(index, garbage, 0600));
    EXPECT_EQ(resolved(request("/usr/bin/env")).profile.str(), "editor") << garbage;
  }
}

TEST_F(Profiles, ABrokenProfileStopsOnlyItsOwnProgram) {
  write("shipped/apps/editor.toml", kEditor);
  write("shipped/apps/broken.toml", "nonsense");
  EXPECT_EQ(resolved(request("/usr/bin/env")).profile.str(), "editor");
  const Resolved result = resolved(request("/usr/bin/id"));
  EXPECT_EQ(result.profile.str(), "untrusted");
  EXPECT_NE(result.note.find("broken.toml"), std::string::npos);
}

}  // namespace
}  // namespace hutch::host
