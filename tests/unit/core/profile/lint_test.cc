#include "core/profile/lint.h"

#include <dirent.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "samples.h"

namespace hutch::profile {
namespace {

std::vector<std::string> texts(const std::vector<Finding>& findings) {
  std::vector<std::string> all;
  for (const Finding& finding : findings) all.push_back(describe(finding.origin) + ": " + finding.text);
  return all;
}

TEST(Lint, WideGrantsNeedAReason) {
  EXPECT_EQ(texts(lint(file_of("x", "[permissions]\nsockets = [\"x11\", \"wayland\"]\n"))),
            (std::vector<std::string>{"x.toml:3:12: '--socket=x11' has no reason: can listen to every key, read every "
                                      "window and type into other programs: X11"}));
  EXPECT_TRUE(lint(file_of("x", "[permissions]\nsockets = [{ name = \"x11\", reason = \"old\" }]\n")).empty());
  for (const char* path : {"home", "host:ro", "~/.ssh:ro", "~/.config", "xdg-config", "xdg-run/bus", "~/.local/bin"}) {
    EXPECT_EQ(lint(file_of("x", "[permissions]\nfiles = [\"" + std::string(path) + "\"]\n")).size(), 1u) << path;
  }
  for (const char* path : {"home:hidden", "~/Projects", "xdg-music:ro", "~/.config/gedit"}) {
    EXPECT_TRUE(lint(file_of("x", "[permissions]\nfiles = [\"" + std::string(path) + "\"]\n")).empty()) << path;
  }
  for (const char* name : {"org.freedesktop.Flatpak", "org.freedesktop.*", "org.freedesktop.systemd1", "org.kde.*"}) {
    EXPECT_EQ(lint(file_of("x", "[permissions.session-bus]\ntalk = [\"" + std::string(name) + "\"]\n")).size(), 1u)
        << name;
  }
}

TEST(Lint, DeadBusRulesAreFound) {
  const auto found = texts(lint(file_of("x", R"([permissions.session-bus]
talk = ["org.a.B"]
call = ["org.a.B=org.a.I.M@/x", "org.c.Name=org.c.Name@/x"]
)")));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0], "x.toml:4:9: the call rule for 'org.a.B' has no effect: '--talk-name=org.a.B' allows every call");
  EXPECT_EQ(found[1], "x.toml:4:33: the call rule for 'org.c.Name' never matches: its last part is read as the method");
}

TEST(Lint, PathsTheSandboxMakesItselfAreErrors) {
  for (const char* path : {"/proc/self", "/dev/dri", "/sys", "/usr/share"}) {
    const auto findings = lint(file_of("x", "[permissions]\nfiles = [\"" + std::string(path) + "\"]\n"));
    ASSERT_EQ(findings.size(), 1u) << path;
    EXPECT_EQ(findings[0].severity, Severity::kError) << path;
  }
  EXPECT_EQ(lint(file_of("x", "[permissions]\nfiles = [\"/home\"]\n")).size(), 1u);
  EXPECT_EQ(lint(file_of("x", "[permissions]\nfiles = [\"~/*.txt\"]\n")).size(), 1u);
}

TEST(Lint, ContradictionsAreFound) {
  EXPECT_EQ(lint(file_of("x", "[permissions]\nnetwork = \"none\"\npublish = [\"80:80\"]\n")).size(), 1u);
  const std::string x11 =
      "[permissions]\nsockets = [{ name = \"x11\", reason = \"r\" }, { name = \"fallback-x11\", "
      "reason = \"r\" }]\n";
  EXPECT_EQ(lint(file_of("x", x11)).size(), 1u);
  EXPECT_EQ(lint(file_of("x", "match = { command = [\"/home/u/x\"] }\n")).size(), 1u);
  EXPECT_TRUE(lint(file_of("x", "match = { command = [\"/home/u/x\"] }\n", Rank::kUser)).empty());
}

TEST(Lint, TheSumIsLookedAtToo) {
  const auto found = [](const std::string& body) { return texts(lint(merged("x", {file_of("x", body)}))); };
  EXPECT_EQ(found("[permissions]\nfiles = [\"~/a:ro\", \"~/a/b:ro\"]\n").size(), 1u);
  EXPECT_TRUE(found("[permissions]\nfiles = [\"~/a:rw\", \"~/a/b:ro\"]\n").empty());
  EXPECT_EQ(found("[permissions]\nfeatures = [\"microphone\"]\n").size(), 1u);
  EXPECT_TRUE(found("[permissions]\nfeatures = [\"microphone\"]\nsockets = [\"pulseaudio\"]\n").empty());
  EXPECT_EQ(found("[permissions]\npublish = [\"80:80\"]\n").size(), 1u);
  EXPECT_EQ(found("[permissions]\npublish = [\"80:80\"]\nnetwork = \"host\"\n").size(), 1u);
  EXPECT_TRUE(found("[permissions]\npublish = [\"80:80\"]\nnetwork = \"private\"\n").empty());
  EXPECT_EQ(found("[permissions]\nsockets = [\"session-bus\"]\n[permissions.session-bus]\ntalk = [\"a.b\"]\n").size(),
            1u);
  EXPECT_EQ(found("[revoke]\nsockets = [\"x11\"]\n"),
            (std::vector<std::string>{"x.toml:3:12: revoking 'x11' takes back nothing"}));
}

std::vector<Layer> shipped_layers() {
  std::vector<Layer> layers;
  for (const char* folder : {"base", "apps"}) {
    const std::string path = std::string(HUTCH_PROFILES) + "/" + folder;
    DIR* const directory = ::opendir(path.c_str());
    if (directory == nullptr) {
      ADD_FAILURE() << path;
      return {};
    }
    while (const dirent* entry = ::readdir(directory)) {
      const std::string name = entry->d_name;
      if (!name.ends_with(".toml")) continue;
      std::ifstream file(path + "/" + name);
      std::ostringstream text;
      text << file.rdbuf();
      const Rank rank = std::string(folder) == "base" ? Rank::kBase : Rank::kShipped;
      auto layer = parse(text.str(), name, rank);
      if (!layer) {
        ADD_FAILURE() << layer.error().describe();
        continue;
      }
      EXPECT_EQ(layer->id.str() + ".toml", name);
      layers.push_back(std::move(*layer));
    }
    ::closedir(directory);
  }
  return layers;
}

TEST(ShippedProfiles, EachParsesMergesAndLintsWithoutAWarning) {
  const std::vector<Layer> layers = shipped_layers();
  EXPECT_GE(layers.size(), 18u);
  for (const Layer& layer : layers) {
    for (const std::string& text : texts(lint(layer))) ADD_FAILURE() << text;
    const Profile profile = merged(layer.id.str(), layers);
    for (const std::string& text : texts(lint(profile))) ADD_FAILURE() << text;
    EXPECT_FALSE(profile.title.empty()) << layer.id.str();
    EXPECT_FALSE(profile.description.empty()) << layer.id.str();
  }
}

TEST(ShippedProfiles, EachGrantAndRevokeHasAReason) {
  for (const Layer& layer : shipped_layers()) {
    for (const Grant& grant : layer.grants) EXPECT_NE(grant.reason, "") << layer.id.str() << " " << spell(grant);
    for (const Revoke& revoke : layer.revokes) EXPECT_NE(revoke.reason, "") << layer.id.str() << " " << revoke.name;
  }
}

TEST(ShippedProfiles, NoTwoAreForTheSameProgram) {
  std::vector<std::string> targets;
  for (const Layer& layer : shipped_layers()) {
    for (const HostPath& command : layer.match.command) targets.push_back(command.str());
    targets.insert(targets.end(), layer.match.desktop.begin(), layer.match.desktop.end());
  }
  std::sort(targets.begin(), targets.end());
  EXPECT_EQ(std::adjacent_find(targets.begin(), targets.end()), targets.end());
}

TEST(ShippedProfiles, UntrustedIsAWindowAndPortals) {
  const Profile profile = merged("untrusted", shipped_layers());
  EXPECT_EQ(spelled(profile),
            (std::vector<std::string>{"--socket=wayland", "--network=none", "--portal=file-chooser",
                                      "--portal=notification", "--portal=open-uri", "--portal=settings"}));
  EXPECT_EQ(spelled(merged("cli", shipped_layers())), (std::vector<std::string>{"--network=none"}));
}

}  // namespace
}  // namespace hutch::profile
