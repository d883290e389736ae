#include "core/desktop/launcher.h"

#include <gtest/gtest.h>

#include "core/desktop/exec.h"

namespace hutch::desktop {
namespace {

constexpr const char* kEditor = R"(# a comment
[Desktop Entry]
Name=Text Editor
Name[de]=Texteditor
Exec=gedit %U
TryExec=gedit
Icon=org.gnome.gedit
MimeType=text/plain;x-scheme-handler/edit;
StartupWMClass=gedit
DBusActivatable=true
Actions=new-window;

[Desktop Action new-window]
Name=New Window
Exec=gedit --title "a \\"b\\" %c" --new-window
)";

std::optional<HostPath> find(const std::string& word) {
  if (word == "missing") return std::nullopt;
  return word.starts_with('/') ? HostPath::literal(word.c_str()) : HostPath::literal("/usr/bin") / word;
}

Launcher launcher(const char* box = "") {
  return {.hutch = HostPath::literal("/usr/bin/hutch"),
          .app = "gedit",
          .box = *box == '\0' ? BoxName() : *BoxName::parse(box),
          .icon = {},
          .origin = HostPath::literal("/usr/share/applications/org.gnome.gedit.desktop")};
}

std::string boxed(std::string_view text, const Launcher& how) {
  auto file = parse_key_file(text);
  EXPECT_TRUE(file.has_value());
  const auto entry = sandboxed_entry(std::move(*file), how, find);
  return entry ? format(*entry) : entry.error().describe();
}

TEST(KeyFile, KeepsEveryByteOfWhatItReads) {
  for (const char* const text : {kEditor, "", "\n", "[A]", "[A]\nb=c", " [A] \r\n\t b\t= c \r\n#d\n\n", "#\n[A]\n=="}) {
    const auto file = parse_key_file(text);
    if (std::string_view(text).ends_with("==")) {
      EXPECT_FALSE(file.has_value());
      continue;
    }
    ASSERT_TRUE(file.has_value()) << text;
    EXPECT_EQ(format(*file), text);
  }
}

TEST(KeyFile, ReadsTheLastOfEqualKeysAndTrimsAsGlibDoes) {
  const auto file = parse_key_file(" [A]\r\n b = one\r\nb=two \r\n");
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(*file->find("A", "b"), "two ");
  EXPECT_EQ(file->find("A", "c"), nullptr);
  EXPECT_EQ(file->find("B", "b"), nullptr);
}

TEST(KeyFile, RefusesWhatReadersDifferAbout) {
  for (const char* const text : {"a=b\n", "[A]\nword\n", "[A]\n[B]\n[A]\n", "[A\n", "[]\n", "[A]\n=b\n"}) {
    EXPECT_FALSE(parse_key_file(text).has_value()) << text;
  }
  EXPECT_FALSE(parse_key_file(std::string_view("[A]\nb=\0\n", 8)).has_value());
  EXPECT_TRUE(parse_key_file("[A]\n" + std::string(kKeyFileLimit - 5, '#') + "\n").has_value());
  EXPECT_FALSE(parse_key_file("[A]\n" + std::string(kKeyFileLimit - 4, '#') + "\n").has_value());
}

TEST(KeyFile, EscapesAndListsGoBothWays) {
  EXPECT_EQ(unescape(R"(\sa\tb\nc\rd\\e\x)"), " a\tb\nc\rd\\e\\x");
  for (const char* const text : {" a b ", "\t\n\r\\", "plain", "\\s"}) EXPECT_EQ(unescape(escape(text)), text);
  EXPECT_EQ(split_list(R"(a;b\;c;;d)"), (std::vector<std::string>{"a", "b;c", "d"}));
}

TEST(Exec, SplitsAsLaunchersDo) {
  EXPECT_EQ(*split_command(R"(sh -c "echo \\"\\$x\\" %f" 'a b' c\\ d)"),
            (std::vector<std::string>{"sh", "-c", "echo \"$x\" %f", "a b", "c d"}));
  EXPECT_FALSE(split_command("sh \"unfinished").has_value());
  EXPECT_FALSE(split_command("  ").has_value());
  EXPECT_FALSE(split_command("\"\" a").has_value());
}

TEST(Exec, NamesTheProgramBehindEnv) {
  EXPECT_EQ(program_of({"env", "-u", "A=b", "C=/d", "gedit", "%U"}), "gedit");
  EXPECT_EQ(program_of({"gedit", "A=b"}), "gedit");
  EXPECT_EQ(program_of({"env"}), "env");
}

TEST(Exec, QuotesWordsSoThatTheyComeBack) {
  for (const char* const word : {"plain", "a b", "50%", "\"$`\\", "'", "", "ä", "new\nline", " "}) {
    std::string value = exec_word(word);
    const auto words = split_command("x " + value);
    ASSERT_TRUE(words.has_value()) << value;
    std::string plain = words->at(1);
    for (std::size_t at = plain.find("%%"); at != std::string::npos; at = plain.find("%%", at + 1)) plain.erase(at, 1);
    EXPECT_EQ(plain, word);
  }
}

TEST(Launcher, LeadsEveryCommandThroughHutchAndKeepsTheRest) {
  EXPECT_EQ(boxed(kEditor, launcher()), R"(# a comment
[Desktop Entry]
Name=Text Editor
Name[de]=Texteditor
Exec=/usr/bin/hutch run --command=/usr/bin/gedit gedit %U
TryExec=/usr/bin/gedit
Icon=org.gnome.gedit
MimeType=text/plain;x-scheme-handler/edit;
StartupWMClass=gedit
Actions=new-window;
X-Hutch-App=gedit

[Desktop Action new-window]
Name=New Window
Exec=/usr/bin/hutch run --command=/usr/bin/gedit gedit --title "a \\"b\\" %c" --new-window
)");
}

TEST(Launcher, ABoxSaysSoInItsNameAndClaimsNoWindows) {
  Launcher work = launcher("work");
  work.icon = "/home/u/icon.svg";
  const std::string text = boxed(kEditor, work);
  EXPECT_NE(text.find("Name=Text Editor (work)\nName[de]=Texteditor (work)\n"), std::string::npos);
  EXPECT_NE(text.find("Exec=/usr/bin/hutch run --command=/usr/bin/gedit gedit@work %U\n"), std::string::npos);
  EXPECT_NE(text.find("Icon=/home/u/icon.svg\n"), std::string::npos);
  EXPECT_NE(text.find("Name=New Window\n"), std::string::npos);
  EXPECT_EQ(text.find("StartupWMClass"), std::string::npos);
}

TEST(Launcher, EveryOneOfSeveralExecLinesIsLed) {
  const std::string text =
      boxed("[Desktop Entry]\nExec=one\n Exec = two %k\nExec[de]=three\n[Other]\nExec=four\n", launcher());
  EXPECT_EQ(text,
            "[Desktop Entry]\nExec=/usr/bin/hutch run --command=/usr/bin/one gedit\n"
            "Exec=/usr/bin/hutch run --command=/usr/bin/two gedit /usr/share/applications/org.gnome.gedit.desktop\n"
            "TryExec=/usr/bin/two\nX-Hutch-App=gedit\n[Other]\n"
            "Exec=/usr/bin/hutch run --command=/usr/bin/four gedit\n");
}

TEST(Launcher, AnEntryThatOnlyActivationStartsKeepsIt) {
  const std::string text = boxed("[Desktop Entry]\nDBusActivatable=true\n", launcher());
  EXPECT_NE(text.find("DBusActivatable=true"), std::string::npos);
}

TEST(Launcher, RefusesWhatItCannotRead) {
  EXPECT_EQ(boxed("[Other]\nExec=a\n", launcher()), "does not begin with [Desktop Entry]");
  EXPECT_EQ(boxed("[Desktop Entry]\nExec=\"a\n", launcher()), "the command has a quote without an end");
}

TEST(Launcher, AServiceStartsNoUnit) {
  auto file = parse_key_file(
      "[D-BUS Service]\nName=org.gnome.gedit\nExec=/usr/bin/gedit "
      "--gapplication-service\nSystemdService=gedit.service\n");
  const auto service = sandboxed_service(std::move(*file), launcher(), find);
  ASSERT_TRUE(service.has_value());
  EXPECT_EQ(format(*service),
            "[D-BUS Service]\nName=org.gnome.gedit\n"
            "Exec=/usr/bin/hutch run --command=/usr/bin/gedit gedit --gapplication-service\nX-Hutch-App=gedit\n");
}

TEST(Launcher, AShimQuotesForTheShell) {
  Launcher odd = launcher();
  odd.app = "it's";
  EXPECT_EQ(shim_text(odd, HostPath::literal("/usr/bin/a b")),
            std::string(kShimHead) + "exec '/usr/bin/hutch' run '--command=/usr/bin/a b' 'it'\\''s' \"$@\"\n");
}

}  // namespace
}  // namespace hutch::desktop
