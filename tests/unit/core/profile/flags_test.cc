#include <algorithm>

#include "core/profile/files.h"
#include "core/profile/vocabulary.h"
#include "samples.h"

namespace hutch::profile {
namespace {

std::string refusal(const std::string& flag, const std::string& value) {
  Layer layer;
  const auto applied = apply_flag(layer, flag, value);
  if (applied) return "accepted";
  EXPECT_EQ(applied.error().kind, ErrorKind::kUsage);
  return applied.error().describe() + (applied.error().hint.empty() ? "" : " [" + applied.error().hint + "]");
}

TEST(Flags, EachGrantIsSpelledAsItWasGiven) {
  const std::vector<std::pair<std::string, std::string>> all = {
      {"socket", "wayland"},
      {"share", "network"},
      {"share", "ipc"},
      {"network", "lan"},
      {"publish", "8080:80"},
      {"device", "dri"},
      {"usb", "046d:c52b"},
      {"filesystem", "~/a:ro"},
      {"filesystem", "/a\\:b:rw:noexec"},
      {"talk-name", "org.example.A"},
      {"own-name", "org.example.A.*"},
      {"see-name", "org.example.A"},
      {"call", "org.example.A=org.example.I.M@/x"},
      {"system-talk-name", "org.example.A"},
      {"system-own-name", "org.example.A"},
      {"system-see-name", "org.example.A"},
      {"system-call", "org.example.A=*@/x/*"},
      {"portal", "camera"},
      {"allow", "nested-userns"},
      {"env", "A=b=c"},
      {"env", "A"},
      {"unset-env", "A"},
      {"persist", ".config/a"},
      {"memory", "2G"},
      {"memory-high", "1G"},
      {"swap", "0"},
      {"cpu", "150%"},
      {"cpu-weight", "50"},
      {"tasks", "12"},
      {"io-weight", "10"},
      {"nofile", "1024"},
  };
  for (const auto& [flag, value] : all) {
    const Layer layer = flags_of({{flag, value}});
    ASSERT_EQ(layer.grants.size(), 1u) << flag;
    EXPECT_EQ(spell(layer.grants[0]), "--" + flag + "=" + value);
    EXPECT_EQ(layer.grants[0].rank, Rank::kCommandLine);
    EXPECT_EQ(describe(layer.grants[0].origin), "command line");
  }
}

TEST(Flags, FilesystemIsWritableUnlessSaidOtherwise) {
  EXPECT_EQ(flags_of({{"filesystem", "home"}}).grants[0].access, "rw");
  EXPECT_EQ(flags_of({{"filesystem", "~/x/:noexec"}}).grants[0].access, "rw:noexec");
  EXPECT_EQ(flags_of({{"filesystem", "~"}}).grants[0].name, "home");
  EXPECT_EQ(flags_of({{"filesystem", "xdg-run/app//x/"}}).grants[0].name, "xdg-run/app/x");
}

TEST(Flags, AMistypedAccessIsNoPartOfThePath) {
  EXPECT_EQ(refusal("filesystem", "~/x:or"),
            "--filesystem: unknown access 'or' [use ro, rw, create, overlay or hidden, with :noexec behind it; write "
            "'\\:' for a colon of a path]");
  EXPECT_NE(refusal("filesystem", "~/x:ro:rw"), "accepted");
  EXPECT_NE(refusal("filesystem", "~/x:"), "accepted");
  EXPECT_NE(refusal("filesystem", "~/x:hidden:noexec"), "accepted");
}

TEST(Flags, RevokesGoTheOtherWay) {
  const std::vector<std::tuple<std::string, std::string, Kind, std::string>> all = {
      {"nosocket", "x11", Kind::kSocket, "x11"},
      {"unshare", "network", Kind::kNetwork, "network"},
      {"unshare", "ipc", Kind::kShare, "ipc"},
      {"nodevice", "all", Kind::kDevice, "all"},
      {"nofilesystem", "~/x/", Kind::kFile, "~/x"},
      {"nofilesystem", "host:reset", Kind::kFile, "*"},
      {"filesystem", "host:reset", Kind::kFile, "*"},
      {"no-talk-name", "org.example.A", Kind::kSessionBus, "org.example.A"},
      {"system-no-talk-name", "org.example.*", Kind::kSystemBus, "org.example.*"},
      {"no-portal", "all", Kind::kPortal, "all"},
      {"disallow", "tray", Kind::kFeature, "tray"},
  };
  for (const auto& [flag, value, kind, name] : all) {
    const Layer layer = flags_of({{flag, value}});
    EXPECT_TRUE(layer.grants.empty()) << flag;
    ASSERT_EQ(layer.revokes.size(), 1u) << flag;
    EXPECT_EQ(layer.revokes[0].kind, kind) << flag;
    EXPECT_EQ(layer.revokes[0].name, name) << flag;
  }
}

TEST(Flags, UnknownOnesAreRefusedWithTheNearest) {
  EXPECT_EQ(refusal("sockets", "x11"), "unknown option '--sockets' [did you mean '--socket'?]");
  EXPECT_EQ(refusal("socket", "waylnd"), "--socket: unknown socket 'waylnd' [did you mean 'wayland'?]");
  EXPECT_EQ(refusal("allow", "micropone"), "--allow: unknown feature 'micropone' [did you mean 'microphone'?]");
  EXPECT_NE(refusal("network", "share"), "accepted");
  EXPECT_NE(refusal("network", "wifi"), "accepted");
  EXPECT_NE(refusal("usb", "046d"), "accepted");
  EXPECT_NE(refusal("usb", "046d:zzzz"), "accepted");
  EXPECT_NE(refusal("env", "=x"), "accepted");
  EXPECT_NE(refusal("env", "1A=x"), "accepted");
  EXPECT_NE(refusal("unset-env", "A=b"), "accepted");
  EXPECT_NE(refusal("talk-name", ":1.2"), "accepted");
  EXPECT_NE(refusal("device", "usb:046d"), "accepted");
  EXPECT_NE(refusal("nofilesystem", "~/x:ro:"), "accepted");
}

TEST(Flags, ACommandLineCannotGrantAndRevokeTheSame) {
  Layer layer = flags_of({{"socket", "x11"}});
  const auto applied = apply_flag(layer, "nosocket", "x11");
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().describe(), "--nosocket: socket 'x11' is both granted and revoked");
  EXPECT_EQ(flags_of({{"nofilesystem", "home"}, {"filesystem", "home:ro"}}).grants.size(), 1u);
}

TEST(Flags, SayingItTwiceIsSayingItOnce) {
  const Layer layer = flags_of({{"socket", "x11"}, {"socket", "x11"}, {"nodevice", "all"}, {"nodevice", "all"}});
  EXPECT_EQ(layer.grants.size(), 1u);
  EXPECT_EQ(layer.revokes.size(), 1u);
}

TEST(Flags, TheTableNamesEachFlagOnce) {
  std::vector<std::string> names;
  for (const Flag& flag : flags()) {
    names.emplace_back(flag.name);
    EXPECT_NE(std::string(flag.placeholder), "") << flag.name;
    EXPECT_NE(std::string(flag.help), "") << flag.name;
    EXPECT_NE(refusal(flag.name, "\x01"), "accepted") << flag.name;
    EXPECT_EQ(refusal(flag.name, "").find("unknown option"), std::string::npos) << flag.name;
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

TEST(Vocabulary, EveryWordHasASentenceAndEveryRiskAReason) {
  for (const Word& word : words()) {
    EXPECT_NE(std::string(word.sentence), "") << word.name;
    const bool has_risk = word.risk_sentence[0] != '\0';
    EXPECT_TRUE(has_risk || word.risk != Risk::kWeakening) << word.name;
    EXPECT_TRUE(!has_risk || word.risk != Risk::kNone) << word.name;
    EXPECT_EQ(find_word(word.kind, word.name), &word) << word.name;
  }
  EXPECT_EQ(find_word(Kind::kSocket, "dri"), nullptr);
}

TEST(Files, ContainmentGoesByComponentsAndKnownPlaces) {
  EXPECT_TRUE(is_at_or_below("/a/b", "/a"));
  EXPECT_TRUE(is_at_or_below("/a", "/a"));
  EXPECT_FALSE(is_at_or_below("/ab", "/a"));
  EXPECT_FALSE(is_at_or_below("/a", "/a/b"));
  EXPECT_TRUE(is_at_or_below("~/a/b", "~/a"));
  EXPECT_FALSE(is_at_or_below("~/ab", "~/a"));
  EXPECT_TRUE(is_at_or_below("~/a", "home"));
  EXPECT_TRUE(is_at_or_below("xdg-music/x", "home"));
  EXPECT_TRUE(is_at_or_below("xdg-music/x", "xdg-music"));
  EXPECT_FALSE(is_at_or_below("xdg-music", "xdg-music/x"));
  EXPECT_FALSE(is_at_or_below("xdg-run/x", "home"));
  EXPECT_TRUE(is_at_or_below("home", "host"));
  EXPECT_TRUE(is_at_or_below("/srv/x", "host"));
  EXPECT_FALSE(is_at_or_below("host-os", "host"));
  EXPECT_FALSE(is_at_or_below("xdg-run/x", "host"));
  EXPECT_FALSE(is_at_or_below("/home/u", "home"));
}

}  // namespace
}  // namespace hutch::profile
