#include "core/guest/table.h"

#include <algorithm>

#include "base/text.h"
#include "core/guest/settings.h"

namespace hutch::guest {

std::vector<std::string_view> lines_of(std::string_view text) {
  if (text.empty()) return {};
  if (text.back() == '\n') text.remove_suffix(1);
  return text::split(text, '\n');
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::vector<std::string_view> columns_of(std::string_view line, std::size_t minimum) {
  if (line.empty() || std::string_view("+-#:").find(line.front()) != std::string_view::npos) return {};
  std::vector<std::string_view> columns = text::split(line, ':');
  if (columns.size() < minimum) return {};
  return columns;
}

std::optional<std::uint32_t> id_in(std::string_view column) {
  const auto number = text::parse_number(column, kIdLimit);
  if (!number) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

void add_entry(std::vector<std::string>& lines, std::string entry) {
  const auto place = std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
    return !line.empty() && (line.front() == '+' || line.front() == '-');
  });
  lines.insert(place, std::move(entry));
}

}  // namespace hutch::guest
