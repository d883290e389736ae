// What `hutch top` shows, line by line. HUTCH_UPDATE_GOLDEN=1 writes what the code says now, for review.
#include "core/instance/screen.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace hutch::instance {
namespace {

ScreenRow row(const char* id, const char* app, const char* command, Usage usage, double percent, std::int64_t seconds) {
  ScreenRow row{.record = {}, .usage = usage, .percent = percent, .seconds = seconds};
  row.record.id = *InstanceId::parse(id);
  row.record.app = *AppId::parse(app);
  row.record.command = command;
  return row;
}

Screen sample() {
  Screen screen;
  screen.rows = {row("firefoxabcde", "org.mozilla.firefox", "/usr/bin/firefox --new-window https://example.org/",
                     {.memory = 1536u << 20,
                      .memory_peak = 1800u << 20,
                      .memory_limit = 2ULL << 30,
                      .tasks = 214,
                      .read_bytes = 40u << 20,
                      .written_bytes = 12u << 20,
                      .received_bytes = 9u << 20,
                      .sent_bytes = 700u << 10},
                     87.25, 4321),
                 row("geditxyzab", "org.gnome.gedit", "gedit \x1b[2J b\xc3\xa4r",
                     {.memory = 90u << 20, .tasks = 6, .is_paused = true}, 0, 59),
                 row("agrenownnameofthirtytwolettersxy", "org.example.Greedy", "python3 -c pass",
                     {.memory = 5u << 20, .tasks = 2, .killed_for_memory = 1}, 12.5, 400000)};
  screen.selected = 1;
  return screen;
}

void compare(const std::string& name, const Screen& screen) {
  std::string text;
  for (const std::string& line : lines_of(screen)) text += line + "|\n";
  const std::string file = std::string(HUTCH_SOURCE_ROOT) + "/tests/golden/screen/" + name;
  if (std::getenv("HUTCH_UPDATE_GOLDEN") != nullptr) std::ofstream(file) << text;
  std::ostringstream expected;
  expected << std::ifstream(file).rdbuf();
  EXPECT_EQ(text, expected.str()) << name << ": if this is meant, write it anew with HUTCH_UPDATE_GOLDEN=1";
}

TEST(Screen, OfEightyColumns) {
  compare("80x24.txt", sample());
}

TEST(Screen, OfTwoHundredColumns) {
  Screen screen = sample();
  screen.width = 200;
  screen.height = 50;
  compare("200x50.txt", screen);
}

TEST(Screen, WithColours) {
  Screen screen = sample();
  screen.has_colours = true;
  compare("colours.txt", screen);
}

TEST(Screen, NeverExceedsTheTerminal) {
  Screen screen = sample();
  for (const auto& [width, height] : {std::pair<std::size_t, std::size_t>{1, 1}, {2, 3}, {10, 5}, {61, 6}, {300, 7}}) {
    screen.width = width;
    screen.height = height;
    const auto lines = lines_of(screen);
    EXPECT_EQ(lines.size(), height);
    for (const std::string& line : lines) {
      const auto count = std::count_if(line.begin(), line.end(),
                                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
      EXPECT_LE(static_cast<std::size_t>(count), std::max<std::size_t>(width, 2)) << line;
    }
  }
}

TEST(Screen, TheSelectedRowIsAlwaysInSight) {
  Screen screen = sample();
  const ScreenRow one = screen.rows.front();
  screen.rows.assign(100, one);
  for (const std::size_t selected : {std::size_t{0}, std::size_t{18}, std::size_t{19}, std::size_t{99}}) {
    screen.selected = selected;
    const auto lines = lines_of(screen);
    EXPECT_EQ(std::count_if(lines.begin(), lines.end(), [](const std::string& line) { return line.starts_with("> "); }),
              1);
  }
}

}  // namespace
}  // namespace hutch::instance
