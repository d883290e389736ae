#include "core/instance/screen.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::instance {
namespace {

constexpr const char* kBright = "\x1b[1m";
constexpr const char* kReverse = "\x1b[7m";
constexpr const char* kYellow = "\x1b[33m";
constexpr const char* kRed = "\x1b[31m";
constexpr const char* kPlain = "\x1b[0m";
constexpr std::size_t kFixedLines = 5;  // summary, blank, names of columns, blank, keys

struct Column {
  std::string title;
  std::size_t width;
  bool is_number;
  std::size_t needs;  // shown in terminals at least this wide
};

std::vector<Column> columns() {
  return {{_("ID"), 18, false, 0},       {_("APP"), 28, false, 120}, {_("STATE"), 8, false, 0},
          {_("CPU"), 7, true, 0},        {_("MEMORY"), 7, true, 0},  {_("LIMIT"), 7, true, 60},
          {_("PEAK"), 7, true, 100},     {_("TASKS"), 6, true, 0},   {_("DISK"), 15, true, 140},
          {_("NETWORK"), 15, true, 140}, {_("TIME"), 8, true, 70},   {_("COMMAND"), 0, false, 0}};
}

// The first `width` characters, filled up with blanks; a character is a UTF-8 sequence (terminals' wide ones aside).
std::string fitted(std::string_view text, std::size_t width, bool is_number) {
  std::size_t count = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
    if (begins && count == width) break;
    if (begins) ++count;
  }
  const std::string blanks(width - count, ' ');
  const std::string shown(text.substr(0, end));
  return is_number ? blanks + shown : shown + blanks;
}

std::string time_text(std::int64_t seconds) {
  const auto number = static_cast<long long>(std::max<std::int64_t>(seconds, 0));
  if (number < 3600) return text::format("%lld:%02lld", number / 60, number % 60);
  if (number < 360000) return text::format("%lld:%02lld h", number / 3600, number / 60 % 60);
  return text::format("%lld d", number / 86400);
}

std::string two_sizes(const std::optional<std::uint64_t>& in, const std::optional<std::uint64_t>& out) {
  return in && out ? size_text(*in) + " / " + size_text(*out) : "-";
}

std::vector<std::string> cells_of(const ScreenRow& row) {
  const Usage& usage = row.usage;
  const auto size_or_dash = [](const std::optional<std::uint64_t>& size) { return size ? size_text(*size) : "-"; };
  return {row.record.id.str(),
          row.record.app.str(),
          state_of(usage),
          text::format("%.1f%%", row.percent),
          size_text(usage.memory),
          size_or_dash(usage.memory_limit),
          size_or_dash(usage.memory_peak),
          std::to_string(usage.tasks),
          two_sizes(usage.read_bytes, usage.written_bytes),
          two_sizes(usage.received_bytes, usage.sent_bytes),
          time_text(row.seconds),
          text::printable(row.record.command)};
}

// The cells of one line in their columns; the last column has what is left.
std::string line_of(const std::vector<std::string>& cells, const std::vector<Column>& all, std::size_t width) {
  std::string line;
  std::size_t used = 0;
  for (std::size_t index = 0; index < all.size(); ++index) {
    const Column& column = all[index];
    if (width < column.needs) continue;
    const bool is_last = index + 1 == all.size();
    const std::size_t left = width > used ? width - used : 0;
    const std::size_t own = is_last ? left : std::min(column.width, left);
    line += fitted(cells[index], own, column.is_number);
    used += own;
    if (!is_last && used < width) {
      line += ' ';
      ++used;
    }
  }
  return line;
}

std::string painted(const std::string& line, const char* colour, bool has_colours) {
  return has_colours && *colour != '\0' ? colour + line + kPlain : line;
}

std::string summary(const Screen& screen) {
  double percent = 0;
  std::uint64_t memory = 0;
  std::uint64_t tasks = 0;
  for (const ScreenRow& row : screen.rows) {
    percent += row.percent;
    memory += row.usage.memory;
    tasks += row.usage.tasks;
  }
  return text::format(_("hutch top: %zu instances, processor %.1f%%, memory %s, %llu tasks"), screen.rows.size(),
                      percent, size_text(memory).c_str(), static_cast<unsigned long long>(tasks));
}

const char* colour_of(const ScreenRow& row, bool is_selected) {
  if (is_selected) return kReverse;
  if (row.usage.killed_for_memory > 0) return kRed;
  return row.usage.is_paused ? kYellow : "";
}

}  // namespace

std::vector<std::string> lines_of(const Screen& screen) {
  const std::vector<Column> all = columns();
  std::vector<std::string> titles;
  for (const Column& column : all) titles.push_back(column.title);
  constexpr std::size_t kMark = 2;  // "> " before the selected row: colours are not needed to see it
  const std::size_t width = screen.width > kMark ? screen.width - kMark : 0;

  std::vector<std::string> lines = {painted(fitted(summary(screen), screen.width, false), kBright, screen.has_colours),
                                    "", painted("  " + line_of(titles, all, width), kBright, screen.has_colours)};
  const std::size_t room = screen.height > kFixedLines ? screen.height - kFixedLines : 0;
  const std::size_t first = screen.selected >= room ? screen.selected - room + 1 : 0;
  for (std::size_t index = first; index < screen.rows.size() && index < first + room; ++index) {
    const bool is_selected = index == screen.selected;
    const std::string line = (is_selected ? "> " : "  ") + line_of(cells_of(screen.rows[index]), all, width);
    lines.push_back(painted(line, colour_of(screen.rows[index], is_selected), screen.has_colours));
  }
  lines.resize(std::max<std::size_t>(screen.height, 1) - 1);
  const std::string keys = _("up/down choose  s stop  k kill  p pause  r resume  m memory  c processor  q quit");
  lines.push_back(fitted(screen.message.empty() ? keys : text::printable(screen.message), screen.width, false));
  return lines;
}

}  // namespace hutch::instance
