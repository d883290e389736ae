#include "core/profile/parse.h"

#include "core/profile/vocabulary.h"
#include "samples.h"

namespace hutch::profile {
namespace {

const Grant* find(const Layer& layer, Kind kind, std::string_view name) {
  for (const Grant& grant : layer.grants) {
    if (grant.kind == kind && grant.name == name) return &grant;
  }
  return nullptr;
}

// "message [hint]" of a file that must not parse.
std::string refusal(const std::string& text, Rank rank = Rank::kShipped) {
  const auto layer = parse(text, "x.toml", rank);
  if (layer) return "accepted";
  EXPECT_EQ(layer.error().kind, ErrorKind::kInvalid) << text;
  return layer.error().describe() + (layer.error().hint.empty() ? "" : " [" + layer.error().hint + "]");
}

TEST(Parse, TheExampleOfTheManualIsUnderstood) {
  const Layer layer = file_of("gedit", R"(
schema  = "1.0"
app-id  = "org.gnome.gedit"
name = "gedit"
description = "A text editor"
extends = ["gui"]
match   = { desktop = ["org.gnome.gedit"], command = ["/usr/bin/gedit"] }
open    = "rw"
not-run-here = true

[permissions]
sockets  = ["wayland", "pulseaudio"]
share    = ["ipc"]
network  = "none"
devices  = ["dri", "usb:046D:c52b"]
portals  = ["file-chooser", "open-uri", "settings"]
features = ["notifications", { name = "ime", reason = "typing Chinese" }]
persist  = [".config/gedit"]
publish  = ["8080:80"]
files    = [ { path = "xdg-documents", access = "ro", reason = "recent files panel", locked = true }, "~/src:rw:noexec" ]
env      = { GTK_THEME = "Adwaita", LANG = { inherit = true }, FOO = { unset = true } }

[permissions.session-bus]
own = ["org.gnome.gedit"]
talk = [{ name = "org.example.*", reason = "why not" }]
call = ["org.example.A=org.example.I.*@/p/*", { name = "org.example.B", rule = "*@/b" }]

[permissions.system-bus]
see = ["org.freedesktop.hostname1"]

[revoke]
sockets = ["x11", { name = "fallback-x11", locked = true }]
files = ["home"]
env = ["BAR"]
limits = ["memory-high"]
network = "*"

[revoke.session-bus]
talk = ["org.example.C"]

[limits]
memory = "2G"
tasks  = 512
cpu = { value = "150%", locked = true }
)");
  EXPECT_EQ(layer.id.str(), "gedit");
  EXPECT_EQ(layer.app->str(), "org.gnome.gedit");
  EXPECT_EQ(layer.title, "gedit");
  EXPECT_EQ(layer.description, "A text editor");
  ASSERT_EQ(layer.extends.size(), 1u);
  EXPECT_EQ(layer.match.command.front().str(), "/usr/bin/gedit");
  EXPECT_EQ(layer.open, "rw");
  EXPECT_EQ(layer.not_run_here, true);
  EXPECT_EQ(layer.grants.size(), 26u);
  EXPECT_EQ(layer.revokes.size(), 7u);
  const Grant* const documents = find(layer, Kind::kFile, "xdg-documents");
  ASSERT_NE(documents, nullptr);
  EXPECT_EQ(documents->access, "ro");
  EXPECT_EQ(documents->reason, "recent files panel");
  EXPECT_TRUE(documents->locked);
  EXPECT_EQ(describe(documents->origin), "gedit.toml:21:14");
  EXPECT_EQ(find(layer, Kind::kFile, "~/src")->access, "rw:noexec");
  EXPECT_NE(find(layer, Kind::kDevice, "usb:046d:c52b"), nullptr);
  EXPECT_EQ(find(layer, Kind::kEnvironment, "GTK_THEME")->access, "=Adwaita");
  EXPECT_EQ(find(layer, Kind::kEnvironment, "LANG")->access, "inherit");
  EXPECT_EQ(find(layer, Kind::kEnvironment, "FOO")->access, "unset");
  EXPECT_EQ(find(layer, Kind::kSessionBus, "org.example.A")->access, "call:org.example.I.*@/p/*");
  EXPECT_EQ(find(layer, Kind::kSessionBus, "org.example.B")->access, "call:*@/b");
  EXPECT_EQ(find(layer, Kind::kLimit, "tasks")->access, "512");
  EXPECT_TRUE(find(layer, Kind::kLimit, "cpu")->locked);
}

TEST(Parse, UnknownKeysAreRefusedWithTheirPlaceAndTheNearestWord) {
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nsocket = []\n"),
            "x.toml:3:1: unknown key 'socket' [did you mean 'sockets'?]");
  EXPECT_EQ(refusal("id = \"x\"\nextend = []\n"), "x.toml:2:1: unknown key 'extend' [did you mean 'extends'?]");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions.session-bus]\ntolk = []\n"),
            "x.toml:3:1: unknown key 'tolk' [did you mean 'talk'?]");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nfiles = [{ path = \"home\", acces = \"ro\" }]\n"),
            "x.toml:3:27: unknown key 'acces' [did you mean 'access'?]");
  EXPECT_EQ(refusal("id = \"x\"\n[limits]\nmemroy = \"1G\"\n"),
            "x.toml:3:1: unknown key 'memroy' [did you mean 'memory'?]");
  EXPECT_EQ(refusal("id = \"x\"\nmatch = { comand = [] }\n"),
            "x.toml:2:11: unknown key 'comand' [did you mean 'command'?]");
}

TEST(Parse, UnknownWordsAreRefusedWithTheirPlaceAndTheNearestWord) {
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nsockets = [\"waylnd\"]\n"),
            "x.toml:3:12: unknown socket 'waylnd' [did you mean 'wayland'?]");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nnetwork = \"privat\"\n"),
            "x.toml:3:11: unknown network mode 'privat' [did you mean 'private'?]");
  EXPECT_EQ(refusal("id = \"x\"\n[revoke]\nportals = [\"camara\"]\n"),
            "x.toml:3:12: unknown portal 'camara' [did you mean 'camera'?]");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nfiles = [\"xdg-document\"]\n"),
            "x.toml:3:10: path 'xdg-document' is not absolute [did you mean 'xdg-documents'?]");
}

TEST(Parse, WrongTypesAreRefused) {
  EXPECT_EQ(refusal("id = 3\n"), "x.toml:1:6: 'id' must be a string");
  EXPECT_EQ(refusal("id = \"x\"\nextends = \"gui\"\n"), "x.toml:2:11: 'extends' must be a list");
  EXPECT_EQ(refusal("id = \"x\"\npermissions = 1\n"), "x.toml:2:15: 'permissions' must be a table");
  EXPECT_EQ(refusal("id = \"x\"\nnot-run-here = \"yes\"\n"), "x.toml:2:16: 'not-run-here' must be true or false");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nsockets = [1]\n"), "x.toml:3:12: 'sockets' must be a string");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nsockets = [{ reason = \"\" }]\n"), "x.toml:3:12: 'name' is missing");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nenv = { A = 1 }\n"), "x.toml:3:13: 'A' must be a string");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nenv = { A = { unset = true, inherit = true } }\n"),
            "x.toml:3:13: say one of value, inherit = true and unset = true");
  EXPECT_EQ(refusal("id = \"x\"\n[limits]\ntasks = 1.5\n"), "x.toml:3:9: 'tasks' must be a string");
  EXPECT_EQ(refusal("id = \"x\"\n[limits]\ntasks = -1\n"),
            "x.toml:3:1: '-1' is no valid value of tasks [use a number from 1 to 4194304]");
}

TEST(Parse, RepetitionsAreRefused) {
  EXPECT_NE(refusal("id = \"x\"\nid = \"x\"\n").find("x.toml:2:"), std::string::npos);
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nsockets = [\"x11\", \"x11\"]\n"), "x.toml:3:19: 'x11' is said twice");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nfiles = [\"~/a/\", { path = \"~//a\" }]\n"),
            "x.toml:3:18: '~/a' is said twice");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions.session-bus]\nsee = [\"a.b\"]\ntalk = [\"a.b\"]\n"),
            "x.toml:4:9: 'a.b' is said twice");
  EXPECT_EQ(refusal("id = \"x\"\n[revoke]\nsockets = [\"x11\", \"x11\"]\n"), "x.toml:3:19: 'x11' is said twice");
  EXPECT_EQ(refusal("id = \"x\"\nextends = [\"a\", \"a\"]\n"), "x.toml:2:17: 'a' is said twice");
  EXPECT_EQ(refusal("id = \"x\"\nmatch = { command = [\"/a\", \"//a\"] }\n"), "x.toml:2:28: '//a' is said twice");
}

TEST(Parse, TwoCallRulesForOneNameAreTwoGrants) {
  const Layer layer = file_of("x", "[permissions.session-bus]\ncall = [\"a.b=a.b.C.D@/x\", \"a.b=a.b.C.E@/x\"]\n");
  EXPECT_EQ(layer.grants.size(), 2u);
}

TEST(Parse, OneFileCannotGrantAndRevokeTheSame) {
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nsockets = [\"x11\"]\n[revoke]\nsockets = [\"x11\"]\n"),
            "x.toml:5:12: 'x11' is both granted and revoked");
  // Clearing a directory and granting part of it again is no contradiction.
  const Layer layer = file_of("x", "[permissions]\nfiles = [\"home:ro\"]\n[revoke]\nfiles = [\"home\"]\n");
  EXPECT_EQ(layer.revokes.size(), 1u);
}

TEST(Parse, NulBytesAndControlCharactersAreRefusedWithTheirPlace) {
  EXPECT_EQ(refusal(std::string("id = \"x\"\n\0", 10)), "x.toml:2:1: the file contains a NUL byte");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nsockets = [\"way\\u0000land\"]\n"),
            "x.toml:3:12: 'sockets' contains a NUL byte");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\npersist = [\"a\\u001b[2Jb\"]\n"),
            "x.toml:3:12: 'persist' contains control characters");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nfiles = [{ path = \"/a\\nb\" }]\n"),
            "x.toml:3:19: 'path' contains control characters");
  EXPECT_EQ(refusal("id = \"x\"\nname = \"a\\u202eb\"\n"), "x.toml:2:8: 'name' contains control characters");
  EXPECT_EQ(refusal("id = \"x\"\n[permissions]\nenv = { A = \"\\u0000\" }\n"), "x.toml:3:13: 'A' contains a NUL byte");
  EXPECT_EQ(refusal("id = \"x\"\n\"a\\u001b\" = 1\n").find('\x1b'), std::string::npos);
}

TEST(Parse, SyntaxErrorsSayWhere) {
  EXPECT_EQ(refusal("id = \"x\"\n[permissions\n").rfind("x.toml:", 0), 0u);
  EXPECT_EQ(refusal("= 1").rfind("x.toml:1:", 0), 0u);
  EXPECT_EQ(refusal("id = \"\xff\"\n").rfind("x.toml:1:", 0), 0u);
  EXPECT_EQ(refusal("id = \"x\"\n[=]\n").rfind("x.toml:2:", 0), 0u);
  EXPECT_EQ(refusal("id = \"x\"\n\u00e9 = 1\n").rfind("x.toml:2:", 0), 0u);
  EXPECT_EQ(refusal("id = \"x\" \u00e9\n").rfind("x.toml:1:", 0), 0u);
}

TEST(Parse, NamesPathsAndValuesAreChecked) {
  for (const char* path : {"~root/x", "../x", "x/y", "~/../x", "/a/../b", "/", "", "home/x", "xdg-run", "xdg-foo/x",
                           "host/x", "$HOME/x"}) {
    EXPECT_NE(refusal("id = \"x\"\n[permissions]\nfiles = [{ path = \"" + std::string(path) + "\" }]\n"), "accepted")
        << path;
  }
  for (const char* name : {"a", "a..b", ".a.b", "a.b.", "1a.b", "a.1b", ":1.2", "a.*", "*", "a.b*", "a b.c", ""}) {
    EXPECT_NE(refusal("id = \"x\"\n[permissions.session-bus]\ntalk = [\"" + std::string(name) + "\"]\n"), "accepted")
        << name;
  }
  for (const char* rule : {"a.b", "a.b=", "a.b=c", "a.b=c.d", "a.b=c.d.e@", "a.b=c.d.e@x", "a.b=c.d.e@/x/",
                           "a.b=c.d.e@//x", "a.b=.*", "a.b=*.c.d", "=c.d.e"}) {
    EXPECT_NE(refusal("id = \"x\"\n[permissions.session-bus]\ncall = [\"" + std::string(rule) + "\"]\n"), "accepted")
        << rule;
  }
  for (const char* name : {"/a", "..", "a/../b", "", ".", "~/a", "a/.."}) {
    EXPECT_NE(refusal("id = \"x\"\n[permissions]\npersist = [\"" + std::string(name) + "\"]\n"), "accepted") << name;
  }
  for (const char* ports : {"80", "0:80", "80:0", "65536:1", "a:b", "1:2:3", "-1:2", ":"}) {
    EXPECT_NE(refusal("id = \"x\"\n[permissions]\npublish = [\"" + std::string(ports) + "\"]\n"), "accepted") << ports;
  }
  for (const char* limit : {"memory = \"0\"", "memory = \"2X\"", "memory = \"99999999999T\"", "cpu = 150",
                            "cpu = \"0%\"", "io-weight = 10001", "nofile = 0", "tasks = \"many\""}) {
    EXPECT_NE(refusal("id = \"x\"\n[limits]\n" + std::string(limit) + "\n"), "accepted") << limit;
  }
  EXPECT_NE(refusal("id = \"x\"\n[permissions.env]\n\"A=B\" = \"c\"\n"), "accepted");
  EXPECT_NE(refusal("id = \"x\"\n[permissions.env]\n1A = \"c\"\n"), "accepted");
  EXPECT_NE(refusal("id = \"../x\"\n"), "accepted");
  EXPECT_NE(refusal("id = \"x\"\napp-id = \"gedit\"\n"), "accepted");
  EXPECT_NE(refusal("id = \"x\"\nopen = \"create\"\n"), "accepted");
  EXPECT_NE(refusal("id = \"x\"\nmatch = { desktop = [\"a.desktop\"] }\n"), "accepted");
  EXPECT_NE(refusal("id = \"x\"\nmatch = { command = [\"gedit\"] }\n"), "accepted");
}

TEST(Parse, AFileNeedsAnIdAndAnOverrideHasNone) {
  EXPECT_EQ(refusal("schema = \"1.0\"\n").find("x.toml:1:1: 'id' is missing"), 0u);
  EXPECT_EQ(refusal("id = \"x\"\n", Rank::kOverride).find("x.toml:1:1: unknown key 'id'"), 0u);
  EXPECT_EQ(refusal("extends = [\"gui\"]\n", Rank::kOverride).find("x.toml:1:1: unknown key 'extends'"), 0u);
}

TEST(Parse, ANewerMinorMayGrantWhatWeDoNotKnow) {
  const Layer layer = file_of("x", R"(schema = "1.7"
[permissions]
sockets = ["wayland", "telepathy"]
portals = [{ name = "teleport", reason = "r" }]
hologram = ["all"]
[permissions.session-bus]
watch = ["a.b"]
)");
  EXPECT_EQ(layer.grants.size(), 1u);
  ASSERT_EQ(layer.warnings.size(), 4u);
  EXPECT_EQ(layer.warnings[0], "x.toml:6:1: ignoring unknown grant 'hologram' of schema 1.7");
}

TEST(Parse, ANewerMinorMayNotNarrowInWaysWeDoNotKnow) {
  const std::string head = "schema = \"1.7\"\nid = \"x\"\n";
  EXPECT_NE(refusal(head + "[limits]\nbandwidth = \"1M\"\n"), "accepted");
  EXPECT_NE(refusal(head + "[revoke]\nsockets = [\"telepathy\"]\n"), "accepted");
  EXPECT_NE(refusal(head + "[revoke]\nhologram = [\"all\"]\n"), "accepted");
  EXPECT_NE(refusal(head + "[permissions]\nsockets = [{ name = \"telepathy\", locked = true }]\n"), "accepted");
  EXPECT_NE(refusal(head + "[permissions]\nhologram = [{ name = \"all\", locked = true }]\n"), "accepted");
  EXPECT_NE(refusal(head + "[permissions]\nfiles = [{ path = \"home\", access = \"masked\" }]\n"), "accepted");
  EXPECT_NE(refusal(head + "[permissions]\nnetwork = \"vpn\"\n"), "accepted");
  EXPECT_NE(refusal(head + "[permissions]\nsockets = [{ name = \"x11\", only-if = \"y\" }]\n"), "accepted");
  EXPECT_NE(refusal(head + "locks = [\"x11\"]\n"), "accepted");
}

TEST(Parse, AnotherMajorIsRefused) {
  EXPECT_EQ(refusal("schema = \"2.0\"\nid = \"x\"\n"),
            "x.toml:1:10: schema 2.0 is not understood; this program knows 1.0 [update hutch]");
  EXPECT_NE(refusal("schema = \"0.9\"\nid = \"x\"\n"), "accepted");
  EXPECT_NE(refusal("schema = \"1\"\nid = \"x\"\n"), "accepted");
  EXPECT_NE(refusal("schema = 1.0\nid = \"x\"\n"), "accepted");
}

TEST(Parse, LimitsHold) {
  const auto list_of = [](std::size_t count) {
    std::string text = "id = \"x\"\n[permissions]\npersist = [\n";
    for (std::size_t index = 0; index < count; ++index) text += "\"a" + std::to_string(index) + "\",\n";
    return text + "]\n";
  };
  EXPECT_EQ(refusal(list_of(kGrantLimit)), "accepted");
  EXPECT_NE(refusal(list_of(kGrantLimit + 1)), "accepted");
  const std::string comment = "id = \"x\"\n#";
  EXPECT_EQ(refusal(comment + std::string(kFileLimit - comment.size(), 'c')), "accepted");
  EXPECT_NE(refusal(comment + std::string(kFileLimit - comment.size() + 1, 'c')), "accepted");
}

TEST(Parse, DeepNestingIsRefusedAndNotRecursedInto) {
  std::string dots;
  for (int count = 0; count < 60000; ++count) dots += "a.";
  EXPECT_NE(refusal(dots + "a = 1\n"), "accepted");
  EXPECT_NE(refusal("[" + dots + "a]\n"), "accepted");
  EXPECT_NE(refusal("id = { " + dots + "a = 1 }\n"), "accepted");
  EXPECT_NE(refusal("id = " + std::string(60000, '[')), "accepted");
  std::string tables;
  for (int count = 0; count < 60000; ++count) tables += "{a=";
  EXPECT_NE(refusal("id = " + tables), "accepted");
}

TEST(FormatOverride, WhatIsWrittenReadsBackTheSame) {
  Layer layer = flags_of({{"socket", "x11"},
                          {"share", "network"},
                          {"share", "ipc"},
                          {"device", "dri"},
                          {"usb", "046d:c52b"},
                          {"filesystem", "~/a b\\:c:ro:noexec"},
                          {"filesystem", "/srv/\"x\"\\y:create"},
                          {"talk-name", "org.example.A"},
                          {"own-name", "org.example.B.*"},
                          {"call", "org.example.C=org.example.I.M@/x/*"},
                          {"system-see-name", "org.example.D"},
                          {"portal", "camera"},
                          {"allow", "tray"},
                          {"env", "A=b=\"c\"\n\x7f\\"},
                          {"env", "B"},
                          {"unset-env", "C"},
                          {"persist", ".config/x"},
                          {"memory", "2G"},
                          {"publish", "8080:80"},
                          {"nosocket", "pulseaudio"},
                          {"nofilesystem", "xdg-music"},
                          {"nofilesystem", "~/c\\:d"},
                          {"filesystem", "host:reset"},
                          {"no-talk-name", "org.example.E"},
                          {"system-no-talk-name", "org.example.F.*"}});
  layer.rank = Rank::kOverride;
  layer.app = *AppId::parse("org.example.App");
  layer.open = "rw";
  layer.grants[0].reason = "because \"so\"";
  layer.grants[0].locked = true;
  layer.revokes[0].locked = true;
  layer.grants.push_back({.kind = Kind::kLimit, .name = "tasks", .access = "7", .reason = "r", .locked = true});
  const std::string text = format_override(layer);
  const auto again = parse(text, "o.toml", Rank::kOverride);
  ASSERT_TRUE(again) << again.error().describe() << "\n" << text;
  const auto plain = [](auto list) {
    for (auto& said : list) {
      said.origin = {};
      said.rank = Rank::kOverride;
    }
    std::sort(list.begin(), list.end(), [](const auto& left, const auto& right) {
      return std::tie(left.kind, left.name) < std::tie(right.kind, right.name);
    });
    return list;
  };
  EXPECT_EQ(plain(again->grants), plain(layer.grants)) << text;
  EXPECT_EQ(plain(again->revokes), plain(layer.revokes)) << text;
  EXPECT_EQ(again->app, layer.app);
  EXPECT_EQ(again->open, layer.open);
  EXPECT_EQ(format_override(*again), text);
}

}  // namespace
}  // namespace hutch::profile
