#include "core/profile/merge.h"

#include <algorithm>
#include <random>

#include "core/profile/files.h"
#include "samples.h"

namespace hutch::profile {
namespace {

using Flags = std::vector<std::string>;

std::string refusal(const std::string& id, const std::vector<Layer>& layers) {
  const auto profile = merge(*ProfileName::parse(id), layers, {});
  return profile ? "accepted" : profile.error().describe();
}

TEST(Merge, HigherRanksWin) {
  const Layer base = file_of("gui", "[permissions]\nnetwork = \"host\"\nfiles = [\"~/a:rw\"]\n", Rank::kBase);
  const Layer shipped = file_of("app", "extends = [\"gui\"]\n[permissions]\nnetwork = \"private\"\n");
  const Layer admin = file_of("app", "[permissions]\nnetwork = \"lan\"\n", Rank::kAdministrator);
  const Layer user = file_of("app", "[permissions]\nnetwork = \"internet\"\n", Rank::kUser);
  const Layer over = file_of("app", "[permissions]\nfiles = [\"~/a:ro\"]\n", Rank::kOverride);
  EXPECT_EQ(spelled(merged("app", {base, shipped})), (Flags{"--network=private", "--filesystem=~/a:rw"}));
  EXPECT_EQ(spelled(merged("app", {base, shipped, admin})), (Flags{"--network=lan", "--filesystem=~/a:rw"}));
  EXPECT_EQ(spelled(merged("app", {base, shipped, admin, user, over})),
            (Flags{"--network=internet", "--filesystem=~/a:ro"}));
  EXPECT_EQ(spelled(merged("app", {base, shipped, admin, user, over}, request_of({{"network", "none"}}))),
            (Flags{"--network=none", "--filesystem=~/a:ro"}));
}

TEST(Merge, AnOverrideForTheBoxGoesBeforeOneForAll) {
  const Layer app = file_of("app", "");
  const Layer all = file_of("all", "[permissions]\nnetwork = \"none\"\nsockets = [\"x11\"]\n", Rank::kOverride);
  Layer box = file_of("box", "[permissions]\nnetwork = \"private\"\n[revoke]\nsockets = [\"x11\"]\n", Rank::kOverride);
  box.box = *BoxName::parse("work");
  EXPECT_EQ(spelled(merged("app", {all, box, app})), (Flags{"--network=private"}));
}

TEST(Merge, TheLosersAreKeptWithWhatBeatThem) {
  const Layer base = file_of("gui", "[permissions]\nnetwork = \"host\"\n", Rank::kBase);
  const Layer app = file_of("app", "extends = [\"gui\"]\n[permissions]\nnetwork = \"private\"\n");
  const Profile profile = merged("app", {base, app});
  ASSERT_EQ(profile.superseded.size(), 1u);
  EXPECT_EQ(describe(profile.superseded[0].grant.origin), "gui.toml:3:11");
  EXPECT_EQ(describe(profile.superseded[0].by), "app.toml:4:11");
  EXPECT_FALSE(profile.superseded[0].was_revoked);
}

TEST(Merge, ARevokeTakesBackLowerRanksAtAndBelow) {
  const Layer app = file_of("app", "[permissions]\nfiles = [\"home\", \"~/a\", \"xdg-music\", \"/srv\", \"~/ab\"]\n");
  EXPECT_EQ(spelled(merged("app", {app}, request_of({{"nofilesystem", "home"}}))), (Flags{"--filesystem=/srv:rw"}));
  EXPECT_EQ(spelled(merged("app", {app}, request_of({{"nofilesystem", "host:reset"}}))), (Flags{}));
  const Profile profile = merged("app", {app}, request_of({{"nofilesystem", "home"}, {"filesystem", "~/a:ro"}}));
  EXPECT_EQ(spelled(profile), (Flags{"--filesystem=/srv:rw", "--filesystem=~/a:ro"}));
}

TEST(Merge, ARevokeTakesBackNothingOfItsOwnOrHigherRank) {
  const Layer app = file_of("app", "[permissions]\nsockets = [\"x11\"]\n", Rank::kUser);
  const Layer admin = file_of("app", "[revoke]\nsockets = [\"x11\"]\n", Rank::kAdministrator);
  EXPECT_EQ(spelled(merged("app", {app, admin})), (Flags{"--socket=x11"}));
}

TEST(Merge, ARevokeBelowAWiderGrantHidesThePath) {
  const Layer app = file_of("app", "[permissions]\nfiles = [\"home\", \"host:ro\"]\n");
  EXPECT_EQ(spelled(merged("app", {app}, request_of({{"nofilesystem", "~/.ssh"}}))),
            (Flags{"--filesystem=home:rw", "--filesystem=host:ro", "--filesystem=~/.ssh:hidden"}));
  EXPECT_EQ(spelled(merged("app", {app}, request_of({{"nofilesystem", "~/.ssh"}, {"filesystem", "~/.ssh:ro"}}))),
            (Flags{"--filesystem=home:rw", "--filesystem=host:ro", "--filesystem=~/.ssh:ro"}));
}

TEST(Merge, OneRankMayGrantTheWholeAndRevokeAPart) {
  const Request request = request_of({{"filesystem", "home:ro"},
                                      {"nofilesystem", "~/.ssh"},
                                      {"device", "all"},
                                      {"nodevice", "camera"},
                                      {"talk-name", "org.a.*"},
                                      {"no-talk-name", "org.a.B"}});
  const Profile profile = merged("app", {file_of("app", "")}, request);
  EXPECT_EQ(profile.find(Kind::kFile, "~/.ssh")->access, "hidden");
  EXPECT_TRUE(profile.has(Kind::kFile, "home"));
  EXPECT_FALSE(profile.has(Kind::kDevice, "all"));
  EXPECT_FALSE(profile.has(Kind::kDevice, "camera"));
  EXPECT_TRUE(profile.has(Kind::kDevice, "dri"));
  EXPECT_TRUE(profile.all(Kind::kSessionBus).empty());
}

TEST(Merge, RevokingAPartOfAllLeavesTheOtherParts) {
  const Layer app = file_of("app", "[permissions]\nportals = [\"all\"]\ndevices = [\"all\"]\n");
  const Profile profile = merged("app", {app}, request_of({{"no-portal", "camera"}, {"nodevice", "camera"}}));
  EXPECT_FALSE(profile.has(Kind::kPortal, "all"));
  EXPECT_FALSE(profile.has(Kind::kPortal, "camera"));
  EXPECT_TRUE(profile.has(Kind::kPortal, "file-chooser"));
  EXPECT_FALSE(profile.has(Kind::kDevice, "all"));
  EXPECT_FALSE(profile.has(Kind::kDevice, "camera"));
  EXPECT_TRUE(profile.has(Kind::kDevice, "dri"));
}

TEST(Merge, RevokingAllTakesEveryPart) {
  const Layer app = file_of("app", "[permissions]\ndevices = [\"dri\", \"usb:1234:5678\"]\n");
  EXPECT_EQ(spelled(merged("app", {app}, request_of({{"nodevice", "all"}}))), (Flags{}));
  EXPECT_EQ(spelled(merged("app", {app}, request_of({{"nodevice", "usb"}}))), (Flags{"--device=dri"}));
}

TEST(Merge, RevokingABusNameLeavesNoWayToIt) {
  const Layer app = file_of("app", R"([permissions.session-bus]
talk = ["org.a.*"]
own = ["org.a.B"]
call = ["org.a.B=org.a.I.M@/x", "org.c.D=org.c.I.M@/x"]
)");
  const Profile profile = merged("app", {app}, request_of({{"no-talk-name", "org.a.B"}}));
  EXPECT_EQ(spelled(profile), (Flags{"--call=org.c.D=org.c.I.M@/x"}));
  ASSERT_EQ(profile.warnings.size(), 1u);
  EXPECT_EQ(profile.warnings[0], "command line: 'org.a.*' goes too, because it holds 'org.a.B'");
}

TEST(Merge, RevokingX11TakesTheFallbackToo) {
  const Layer app = file_of("app", "[permissions]\nsockets = [\"fallback-x11\", \"wayland\"]\n");
  EXPECT_EQ(spelled(merged("app", {app}, request_of({{"nosocket", "x11"}}))), (Flags{"--socket=wayland"}));
}

TEST(Merge, LaterLayerCannotReopenALockedPath) {
  const Layer admin =
      file_of("app", "[permissions]\nfiles = [{ path = \"~/.ssh\", access = \"hidden\", locked = true }]\n",
              Rank::kAdministrator);
  const Layer app = file_of("app", "[permissions]\nfiles = [\"~/.ssh/config:ro\"]\n");
  const Profile profile =
      merged("app", {admin, app}, request_of({{"filesystem", "~/.ssh:ro"}, {"filesystem", "~/.ssh/id:ro"}}));
  // What a lower rank says is not above the lock; the most specific path decides there.
  EXPECT_EQ(spelled(profile), (Flags{"--filesystem=~/.ssh:hidden", "--filesystem=~/.ssh/config:ro"}));
  EXPECT_EQ(profile.superseded.size(), 2u);
}

TEST(Merge, ALockedGrantCannotBeRevoked) {
  const Layer base =
      file_of("gui", "[permissions]\nsockets = [{ name = \"wayland\", locked = true }, \"x11\"]\n", Rank::kBase);
  const Layer app = file_of("app", "extends = [\"gui\"]\n[revoke]\nsockets = [\"*\"]\n");
  EXPECT_EQ(spelled(merged("app", {base, app})), (Flags{"--socket=wayland"}));
}

TEST(Merge, ALockedRevokeTakesBackHigherRanks) {
  const Layer admin = file_of("app", R"([revoke]
sockets = [{ name = "x11", locked = true }]
devices = [{ name = "camera", locked = true }]
files = [{ path = "~/.ssh", locked = true }]
)",
                              Rank::kAdministrator);
  const Layer app = file_of("app", "");
  const Request request = request_of({{"socket", "x11"},
                                      {"socket", "wayland"},
                                      {"device", "all"},
                                      {"filesystem", "home"},
                                      {"filesystem", "~/.ssh/a"}});
  const Profile profile = merged("app", {admin, app}, request);
  EXPECT_FALSE(profile.has(Kind::kSocket, "x11"));
  EXPECT_TRUE(profile.has(Kind::kSocket, "wayland"));
  EXPECT_FALSE(profile.has(Kind::kDevice, "all"));
  EXPECT_FALSE(profile.has(Kind::kDevice, "camera"));
  EXPECT_TRUE(profile.has(Kind::kDevice, "dri"));
  ASSERT_TRUE(profile.has(Kind::kFile, "~/.ssh"));
  EXPECT_EQ(profile.find(Kind::kFile, "~/.ssh")->access, "hidden");
  EXPECT_FALSE(profile.has(Kind::kFile, "~/.ssh/a"));
}

TEST(Merge, ALockedBusNameIsNotOpenedByAPattern) {
  const Layer admin = file_of("app", "[permissions.session-bus]\nsee = [{ name = \"org.a.B\", locked = true }]\n",
                              Rank::kAdministrator);
  const Layer app = file_of("app", "");
  const Profile profile = merged("app", {admin, app}, request_of({{"talk-name", "org.a.*"}, {"talk-name", "org.c.D"}}));
  EXPECT_EQ(spelled(profile), (Flags{"--see-name=org.a.B", "--talk-name=org.c.D"}));
}

TEST(Merge, OfEqualRanksTheNarrowerWins) {
  const Layer one = file_of(
      "one", "[permissions]\nnetwork = \"host\"\nfiles = [\"~/a:ro\"]\n[limits]\nmemory = \"2G\"\n", Rank::kBase);
  const Layer two = file_of(
      "two", "[permissions]\nnetwork = \"lan\"\nfiles = [\"~/a:rw\"]\n[limits]\nmemory = \"512M\"\n", Rank::kBase);
  const Layer app = file_of("app", "extends = [\"one\", \"two\"]\n");
  EXPECT_EQ(spelled(merged("app", {one, two, app})), (Flags{"--network=lan", "--filesystem=~/a:ro", "--memory=512M"}));
}

TEST(Merge, AProfileOutranksWhatItExtendsAlsoAmongBases) {
  const Layer gui = file_of("gui", "[permissions]\nsockets = [\"x11\"]\nnetwork = \"none\"\n", Rank::kBase);
  const Layer gtk = file_of(
      "gtk", "extends = [\"gui\"]\n[permissions]\nnetwork = \"host\"\n[revoke]\nsockets = [\"x11\"]\n", Rank::kBase);
  const Layer app = file_of("app", "extends = [\"gtk\"]\n");
  const Profile profile = merged("app", {gui, gtk, app});
  EXPECT_EQ(spelled(profile), (Flags{"--network=host"}));
  std::vector<std::string> lineage;
  for (const ProfileName& name : profile.lineage) lineage.push_back(name.str());
  EXPECT_EQ(lineage, (std::vector<std::string>{"gui", "gtk", "app"}));
}

TEST(Merge, AnAdministratorsFileForABaseHoldsForAllItsApps) {
  const Layer gui = file_of("gui", "[permissions]\nsockets = [\"wayland\"]\n", Rank::kBase);
  const Layer admin = file_of("gui", "[revoke]\nsockets = [\"pulseaudio\"]\n", Rank::kAdministrator);
  const Layer app = file_of("app", "extends = [\"gui\"]\n[permissions]\nsockets = [\"pulseaudio\"]\n");
  EXPECT_EQ(spelled(merged("app", {gui, admin, app})), (Flags{"--socket=wayland"}));
}

TEST(Merge, SharingTheNetworkMeansTheProfilesMode) {
  const auto mode = [](const std::string& said, const Request& request) {
    const Profile profile = merged("app", {file_of("app", said)}, request);
    const Grant* const network = profile.find(Kind::kNetwork, "network");
    return network == nullptr ? std::string("absent") : network->access;
  };
  const Request share = request_of({{"share", "network"}});
  EXPECT_EQ(mode("", share), "private");
  EXPECT_EQ(mode("[permissions]\nnetwork = \"none\"\n", share), "private");
  EXPECT_EQ(mode("[permissions]\nnetwork = \"lan\"\n", share), "lan");
  EXPECT_EQ(mode("[permissions]\nshare = [\"network\"]\n", {}), "private");
  EXPECT_EQ(mode("[permissions]\nnetwork = \"lan\"\n", request_of({{"share", "network"}, {"network", "host"}})),
            "host");
  EXPECT_EQ(mode("[permissions]\nnetwork = \"lan\"\n", request_of({{"unshare", "network"}})), "absent");
}

TEST(Merge, BrokenChainsNameTheFile) {
  EXPECT_EQ(refusal("app", {}), "there is no profile 'app'");
  EXPECT_EQ(refusal("app", {file_of("app", "extends = [\"gone\"]\n")}),
            "app.toml: extends 'gone', which does not exist");
  EXPECT_EQ(refusal("a", {file_of("a", "extends = [\"b\"]\n"), file_of("b", "extends = [\"a\"]\n", Rank::kBase)}),
            "b.toml: extends 'a', which extends it in turn");
  EXPECT_EQ(refusal("a", {file_of("a", "extends = [\"a\"]\n")}), "a.toml: extends 'a', which extends it in turn");
  EXPECT_EQ(refusal("a", {file_of("a", ""), file_of("a", "")}), "both a.toml and a.toml define profile 'a'");
}

TEST(Merge, ALongChainIsRefused) {
  std::vector<Layer> layers;
  for (int index = 0; index < 70; ++index) {
    layers.push_back(file_of("p" + std::to_string(index), "extends = [\"p" + std::to_string(index + 1) + "\"]\n"));
  }
  layers.push_back(file_of("p70", ""));
  EXPECT_EQ(refusal("p0", layers), "profile 'p64' extends too many others");
  EXPECT_EQ(refusal("p10", layers), "accepted");
}

TEST(Merge, TheAppIdIsTheProfilesOrTheDesktopsOrOurs) {
  const auto app = [](const std::string& id, const std::string& body, const std::string& box = "") {
    Request request;
    if (!box.empty()) request.box = *BoxName::parse(box);
    return merged(id, {file_of(id, body)}, request).app.str();
  };
  EXPECT_EQ(app("x", "app-id = \"org.example.X\"\nmatch = { desktop = [\"org.other.Y\"] }\n"), "org.example.X");
  EXPECT_EQ(app("x", "match = { desktop = [\"org.other.Y\", \"org.other.Z\"] }\n"), "org.other.Y");
  EXPECT_EQ(app("x", "match = { desktop = [\"featherpad\"] }\n"), "hutch.app.x");
  EXPECT_EQ(app("gtk3-demo", ""), "hutch.app.gtk3-demo");
  EXPECT_EQ(app("7zip", ""), "hutch.app._37zip");
  EXPECT_EQ(app("a.b", ""), "hutch.app.a_2eb");
  EXPECT_EQ(app("a_2eb", ""), "hutch.app.a_5f2eb");
  EXPECT_EQ(app("x", "app-id = \"org.example.X\"\n", "work"), "org.example.X.work");
  EXPECT_EQ(app("x", "app-id = \"org.example.X\"\n", "default"), "org.example.X");
  EXPECT_EQ(app("gtk3-demo", "", "my.box"), "hutch.app.gtk3_demo.my_2ebox");
}

TEST(Merge, OpenIsInheritedAndTheNarrowerOfEquals) {
  const Layer gui = file_of("gui", "open = \"rw\"\n", Rank::kBase);
  const Layer other = file_of("other", "open = \"ro\"\n", Rank::kBase);
  EXPECT_EQ(merged("app", {gui, file_of("app", "extends = [\"gui\"]\n")}).open, "rw");
  EXPECT_EQ(merged("app", {gui, other, file_of("app", "extends = [\"gui\", \"other\"]\n")}).open, "ro");
  EXPECT_EQ(merged("app", {gui, file_of("app", "extends = [\"gui\"]\nopen = \"ro\"\n")}).open, "ro");
  EXPECT_EQ(merged("app", {file_of("app", "")}).open, "ro");
}

std::optional<HostPath> locate(const FilePlace& place) {
  std::optional<HostPath> anchor;
  if (place.anchor == "home") anchor = HostPath::literal("/home/u");
  if (place.anchor == "xdg-documents") anchor = HostPath::literal("/home/u/Documents");
  if (anchor && !place.rest.empty()) return *anchor / place.rest;
  return anchor;
}

Flags settled(Profile profile) {
  settle_files(profile, locate);
  return spelled(profile);
}

TEST(SettleFiles, OneSpellingTakesBackAnother) {
  const Layer app = file_of("app", "[permissions]\nfiles = [\"xdg-documents\", \"xdg-music\"]\n");
  for (const char* spelling : {"~/Documents", "/home/u/Documents", "/home", "xdg-documents"}) {
    EXPECT_EQ(settled(merged("app", {app}, request_of({{"nofilesystem", spelling}}))),
              (Flags{"--filesystem=xdg-music:rw"}))
        << spelling;
  }
}

TEST(SettleFiles, OneSpellingLocksAnother) {
  const Layer app =
      file_of("app", "[permissions]\nfiles = [{ path = \"~/Documents\", access = \"hidden\", locked = true }]\n");
  EXPECT_EQ(settled(merged("app", {app}, request_of({{"filesystem", "xdg-documents/x"}, {"filesystem", "/home/u"}}))),
            (Flags{"--filesystem=/home/u:rw", "--filesystem=~/Documents:hidden"}));
}

TEST(SettleFiles, OfTwoSpellingsOfOnePathTheHigherRankWinsThenTheNarrower) {
  const Layer app = file_of("app", "[permissions]\nfiles = [\"xdg-documents:ro\", \"~/Documents:rw\"]\n");
  EXPECT_EQ(settled(merged("app", {app})), (Flags{"--filesystem=xdg-documents:ro"}));
  EXPECT_EQ(settled(merged("app", {app}, request_of({{"filesystem", "/home/u/Documents:create"}}))),
            (Flags{"--filesystem=/home/u/Documents:create"}));
}

TEST(SettleFiles, ARevokeBelowAnotherSpellingHides) {
  const Layer app = file_of("app", "[permissions]\nfiles = [\"/home/u\"]\n");
  EXPECT_EQ(settled(merged("app", {app}, request_of({{"nofilesystem", "xdg-documents"}}))),
            (Flags{"--filesystem=/home/u:rw", "--filesystem=xdg-documents:hidden"}));
}

// Random layers: whatever the order they come in, and of what they hold, the outcome is the same.
class RandomLayers {
 public:
  explicit RandomLayers(unsigned seed) : random_(seed) {}

  std::vector<Layer> layers() {
    std::vector<Layer> all;
    all.push_back(layer("b0", Rank::kBase, {}));
    all.push_back(layer("b1", Rank::kBase, {"b0"}));
    all.push_back(layer("b2", Rank::kBase, {"b0"}));
    all.push_back(layer("app", Rank::kShipped, {"b1", "b2"}));
    all.push_back(layer("app", Rank::kAdministrator, {}));
    all.push_back(layer("b0", Rank::kAdministrator, {}));
    all.push_back(layer("app", Rank::kUser, {"b2"}));
    all.push_back(layer("", Rank::kOverride, {}));
    all.push_back(layer("", Rank::kOverride, {}, "box"));
    all.back().box = *BoxName::parse("work");
    return all;
  }
  void shuffle(std::vector<Layer>& layers) {
    std::shuffle(layers.begin(), layers.end(), random_);
    for (Layer& layer : layers) {
      std::shuffle(layer.extends.begin(), layer.extends.end(), random_);
      std::shuffle(layer.grants.begin(), layer.grants.end(), random_);
      std::shuffle(layer.revokes.begin(), layer.revokes.end(), random_);
    }
  }

 private:
  using Names = std::vector<std::pair<Kind, std::vector<std::string>>>;

  unsigned below(std::size_t count) { return static_cast<unsigned>(random_() % count); }

  Layer layer(const std::string& id, Rank rank, const std::vector<std::string>& extends, const std::string& file = "") {
    static const Names kNames = {
        {Kind::kSocket, {"wayland", "x11", "fallback-x11"}},
        {Kind::kFile, {"home", "~/a", "~/a/b", "~/a/b/c", "xdg-music", "/srv", "host"}},
        {Kind::kDevice, {"all", "dri", "usb", "usb:1234:5678"}},
        {Kind::kPortal, {"all", "camera", "print"}},
        {Kind::kSessionBus, {"org.a.*", "org.a.B", "org.a.B.*", "org.c.D"}},
        {Kind::kNetwork, {"network"}},
        {Kind::kFeature, {"devel", "ptrace"}},
        {Kind::kLimit, {"tasks"}},
    };
    Layer layer;
    if (!id.empty()) layer.id = *ProfileName::parse(id);
    layer.rank = rank;
    layer.origin.file = id + file + std::to_string(static_cast<int>(rank));
    for (const std::string& base : extends) layer.extends.push_back(*ProfileName::parse(base));
    for (std::uint32_t line = 1; line <= 8; ++line) {
      const auto& [kind, names] = kNames[below(kNames.size())];
      const std::string name = names[below(names.size())];
      const Origin origin{.file = layer.origin.file, .line = line, .column = 1};
      const bool locked = below(6) == 0;
      if (below(3) == 0) {
        layer.revokes.push_back({.kind = kind, .name = name, .origin = origin, .rank = rank, .locked = locked});
      } else {
        layer.grants.push_back({.kind = kind,
                                .name = name,
                                .access = access(kind),
                                .origin = origin,
                                .rank = rank,
                                .reason = {},
                                .locked = locked});
      }
    }
    return layer;
  }

  std::string access(Kind kind) {
    static const std::vector<std::string> kFiles = {"hidden", "ro", "rw", "ro:noexec", "create"};
    static const std::vector<std::string> kBus = {"see", "talk", "own", "call:a.b.C@/x", "call:*"};
    static const std::vector<std::string> kModes = {"none", "private", "host", "share", "lan"};
    static const std::vector<std::string> kCounts = {"1", "20", "300"};
    switch (kind) {
      case Kind::kFile:
        return kFiles[below(kFiles.size())];
      case Kind::kSessionBus:
        return kBus[below(kBus.size())];
      case Kind::kNetwork:
        return kModes[below(kModes.size())];
      case Kind::kLimit:
        return kCounts[below(kCounts.size())];
      default:
        return "";
    }
  }

  std::mt19937 random_;
};

TEST(Merge, TheOutcomeNeverDependsOnTheOrderOfAnything) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    RandomLayers random(seed);
    std::vector<Layer> layers = random.layers();
    const Profile first = merged("app", layers);
    for (int round = 0; round < 4; ++round) {
      random.shuffle(layers);
      ASSERT_EQ(merged("app", layers), first) << "seed " << seed;
    }
  }
}

// The text of a file, its tables and keys in this order.
std::string text_in_order(const std::vector<std::vector<std::string>>& tables, std::mt19937& random) {
  std::vector<std::vector<std::string>> shuffled = tables;
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  std::string text;
  for (std::vector<std::string>& table : shuffled) {
    std::shuffle(table.begin() + 1, table.end(), random);
    for (const std::string& line : table) text += line + "\n";
  }
  return text;
}

TEST(Merge, TheOutcomeNeverDependsOnTheOrderOfTablesAndKeysInAFile) {
  const std::vector<std::vector<std::string>> base = {
      {"[permissions]", "sockets = [\"wayland\", \"x11\"]", "network = \"lan\"", "files = [\"~/a:ro\", \"~/a/b\"]",
       "devices = [\"all\"]", "features = [\"devel\"]"},
      {"[permissions.session-bus]", "talk = [\"org.a.*\"]", "own = [\"org.b.C\"]", "see = [\"org.a.B\"]"},
      {"[permissions.env]", "A = \"1\"", "B = \"2\""},
      {"[limits]", "tasks = 20", "memory = \"1G\""}};
  const std::vector<std::vector<std::string>> app = {
      {"[revoke]", "sockets = [\"x11\"]", "files = [\"~/a/b\"]", "devices = [\"usb\"]", "env = [\"B\"]"},
      {"[revoke.session-bus]", "talk = [\"org.a.B\"]"},
      {"[permissions]", "network = \"private\"", "files = [\"~/a:rw\", \"xdg-music\"]", "portals = [\"print\"]"},
      {"[permissions.env]", "A = \"3\"", "C = \"4\""}};
  std::mt19937 random(1);
  std::vector<std::string> first;
  for (int round = 0; round < 200; ++round) {
    std::vector<Layer> layers = {file_of("base", text_in_order(base, random)),
                                 file_of("app", "extends = [\"base\"]\n" + text_in_order(app, random))};
    std::shuffle(layers.begin(), layers.end(), random);
    const std::vector<std::string> outcome = spelled(merged("app", layers));
    if (first.empty()) first = outcome;
    ASSERT_EQ(outcome, first) << "round " << round;
  }
  EXPECT_GT(first.size(), 10u);
}

// Whatever else is said, what a locked revoke of the lowest rank names is never granted.
TEST(Merge, NothingComesBackPastALockedRevoke) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    std::vector<Layer> layers = RandomLayers(seed).layers();
    for (Layer& layer : layers) {
      for (Grant& grant : layer.grants) grant.locked = false;
      if (layer.id.str() != "b0" || layer.rank != Rank::kBase) continue;
      layer.grants.clear();
      layer.revokes = {{.kind = Kind::kSocket, .name = "x11", .rank = Rank::kBase, .locked = true},
                       {.kind = Kind::kFile, .name = "~/a/b", .rank = Rank::kBase, .locked = true},
                       {.kind = Kind::kDevice, .name = "usb", .rank = Rank::kBase, .locked = true},
                       {.kind = Kind::kSessionBus, .name = "org.a.B", .rank = Rank::kBase, .locked = true}};
    }
    const Profile profile = merged("app", layers);
    for (const Grant& grant : profile.grants) {
      EXPECT_FALSE(grant.kind == Kind::kSocket && grant.name != "wayland") << seed;
      EXPECT_FALSE(grant.kind == Kind::kDevice && grant.name != "dri" && grant.name.find("usb") == 0) << seed;
      EXPECT_FALSE(grant.kind == Kind::kDevice && grant.name == "all") << seed;
      EXPECT_FALSE(grant.kind == Kind::kSessionBus && (grant.name == "org.a.*" || grant.name == "org.a.B")) << seed;
      if (grant.kind != Kind::kFile) continue;
      EXPECT_TRUE(!is_at_or_below(grant.name, "~/a/b") || grant.access == "hidden") << seed << " " << grant.name;
      const bool is_above = is_at_or_below("~/a/b", grant.name) && grant.name != "~/a/b" && grant.access != "hidden";
      EXPECT_TRUE(!is_above || profile.has(Kind::kFile, "~/a/b")) << seed;
    }
  }
}

}  // namespace
}  // namespace hutch::profile
