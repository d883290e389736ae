#include "core/profile/derive.h"

#include "samples.h"

namespace hutch::profile {
namespace {

Clues clues_of(const char* program, std::set<std::string> linked) {
  Clues clues;
  clues.program = HostPath::literal(program);
  clues.linked = linked;
  clues.loaded = std::move(linked);
  clues.has_qt_wayland = true;
  return clues;
}

std::vector<std::string> granted(const Layer& layer) {
  std::vector<std::string> flags;
  for (const Grant& grant : layer.grants) flags.push_back(spell(grant));
  return flags;
}

bool grants(const Layer& layer, const std::string& flag) {
  const auto flags = granted(layer);
  return std::find(flags.begin(), flags.end(), flag) != flags.end();
}

TEST(Derive, TheToolkitChoosesTheBase) {
  const std::pair<const char*, const char*> cases[] = {
      {"libgtk-4.so.1", "gtk"}, {"libgtk-3.so.0", "gtk"}, {"libQt6Gui.so.6", "qt"}, {"libSDL2-2.0.so.0", "gui"}};
  for (const auto& [library, base] : cases) {
    const auto layer = derive(clues_of("/usr/bin/app", {"libc.so.6", library}));
    ASSERT_TRUE(layer) << library;
    EXPECT_EQ(layer->extends.front().str(), base);
    EXPECT_FALSE(grants(*layer, "--socket=x11")) << library;
    EXPECT_TRUE(grants(*layer, "--network=none"));
  }
}

TEST(Derive, OnlyAToolkitWithoutWaylandGetsX11) {
  EXPECT_TRUE(grants(*derive(clues_of("/usr/bin/app", {"libgtk-x11-2.0.so.0"})), "--socket=x11"));
  EXPECT_TRUE(grants(*derive(clues_of("/usr/bin/app", {"libfltk.so.1.3", "libX11.so.6"})), "--socket=x11"));
  EXPECT_FALSE(grants(*derive(clues_of("/usr/bin/app", {"libgtk-3.so.0", "libX11.so.6"})), "--socket=x11"));
  Clues qt = clues_of("/usr/bin/app", {"libQt5Gui.so.5"});
  qt.has_qt_wayland = false;
  EXPECT_TRUE(grants(*derive(qt), "--socket=x11"));
}

TEST(Derive, WhatShowsNothingIsNoApp) {
  EXPECT_FALSE(derive(clues_of("/usr/bin/curl", {"libc.so.6", "libcurl.so.4"})));
  Clues editor = clues_of("/usr/bin/vim", {"libgtk-3.so.0"});
  editor.is_for_terminal = true;
  EXPECT_FALSE(derive(editor));
}

TEST(Derive, ScriptsAreKnownByWhatTheirPackageDependsOn) {
  Clues clues = clues_of("/usr/bin/script", {});
  clues.required = {"python3", "python3-gi", "gir1.2-gtk-3.0"};
  ASSERT_TRUE(derive(clues));
  EXPECT_EQ(derive(clues)->extends.front().str(), "gtk");
}

TEST(Derive, ProgramsOfOneNameInTwoPlacesAreTwoProfiles) {
  const std::set<std::string> gtk = {"libgtk-3.so.0"};
  EXPECT_EQ(derive(clues_of("/usr/bin/app", gtk))->id.str(), "app");
  EXPECT_EQ(derive(clues_of("/usr/games/app", gtk))->id.str(), "games+app");
  EXPECT_EQ(derive(clues_of("/opt/vendor/app", gtk))->id.str(), "opt+vendor+app");
}

TEST(Derive, TheMenuSaysWhetherItIsForTheNetwork) {
  Clues clues = clues_of("/usr/bin/app", {"libgtk-3.so.0", "libcurl.so.4"});
  clues.categories = {"GTK", "Network"};
  EXPECT_TRUE(grants(*derive(clues), "--network=internet"));
}

TEST(Derive, NamesThatReachOutsideAreNotOwned) {
  Clues clues = clues_of("/usr/bin/app", {"libgtk-3.so.0"});
  clues.bus_names = {"org.example.App", "org.freedesktop.systemd1", "org.gnome.Shell", "not a name", "\x1b[2J"};
  const auto layer = derive(clues);
  EXPECT_TRUE(grants(*layer, "--own-name=org.example.App"));
  const auto is_name = [](const Grant& grant) { return grant.kind == Kind::kSessionBus; };
  EXPECT_EQ(std::count_if(layer->grants.begin(), layer->grants.end(), is_name), 1);
}

TEST(Derive, NothingWeakensButX11AndInnerSandboxes) {
  Clues clues = clues_of("/usr/bin/app", {"libgtk-3.so.0", "libpulse.so.0", "libwebkit2gtk-4.1.so.0"});
  clues.categories = {"AudioVideo", "Network", "Game"};
  const auto layer = derive(clues);
  ASSERT_TRUE(layer);
  for (const Grant& grant : layer->grants) {
    const Word* const word = find_word(grant.kind, grant.kind == Kind::kNetwork ? grant.access : grant.name);
    if (word == nullptr || word->risk != Risk::kWeakening) continue;
    EXPECT_TRUE(grant.name == "x11" || grant.name == "nested-sandbox" || grant.name == "nested-userns") << grant.name;
  }
}

TEST(Derive, WhatItMakesIsAProfileWithoutFaults) {
  Clues clues = clues_of("/usr/bin/app", {"libgtk-3.so.0", "libpulse.so.0"});
  clues.desktop = "org.example.App";
  clues.title = "An \"app\"\x1b\n";
  clues.categories = {"AudioVideo", "Player"};
  const auto layer = parse(format_profile(*derive(clues)), "derived", Rank::kShipped);
  ASSERT_TRUE(layer) << layer.error().describe();
  EXPECT_EQ(granted(*layer).size(), granted(*derive(clues)).size());
  EXPECT_EQ(layer->app->str(), "org.example.App");
}

}  // namespace
}  // namespace hutch::profile
