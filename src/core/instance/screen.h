// The screen of `hutch top`: lines of text for a terminal of a given size.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/instance/record.h"
#include "core/instance/usage.h"

namespace hutch::instance {

struct ScreenRow {
  Record record;
  Usage usage;
  double percent = 0;        // of one processor core
  std::int64_t seconds = 0;  // since the start
};

struct Screen {
  std::vector<ScreenRow> rows;
  std::size_t selected = 0;
  std::size_t width = 80;
  std::size_t height = 24;
  bool has_colours = false;
  std::string message;  // what the last key did; shown in place of the keys
};

// Exactly `height` lines, none wider than `width`. Busiest first as the rows come; the selected one is always shown.
[[nodiscard]] std::vector<std::string> lines_of(const Screen& screen);

}  // namespace hutch::instance
