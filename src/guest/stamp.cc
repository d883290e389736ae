#include <algorithm>

#include "base/text.h"
#include "guest/files.h"
#include "guest/setup_parts.h"

namespace hutch::guest {
namespace {

constexpr const char* kStampPath = "/etc/.hutch";
constexpr std::size_t kStampLimit = 16u << 10;

}  // namespace

std::string Stamp::value(std::string_view key) const {
  const auto found = std::find_if(values.begin(), values.end(), [&](const auto& pair) { return pair.first == key; });
  return found == values.end() ? std::string() : found->second;
}

void Stamp::keep(std::string_view key, std::string_view value) {
  std::erase_if(values, [&](const auto& pair) { return pair.first == key; });
  values.emplace_back(key, value);
}

Stamp read_stamp() {
  const auto text = read_text(kStampPath, kStampLimit);
  if (!text || !*text) return {};  // one that cannot be read: everything is set up once more
  Stamp stamp{.is_there = true, .values = {}};
  for (const std::string_view line : text::split(**text, '\n')) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos || line.starts_with('#')) continue;
    stamp.values.emplace_back(line.substr(0, blank), line.substr(blank + 1));
  }
  return stamp;
}

Status write_stamp(const Stamp& stamp) {
  std::string text = "# What hutch set up in this toolbox, so that it does not do so again.\n";
  for (const auto& [key, value] : stamp.values) text += key + " " + value + "\n";
  return keep_text(kStampPath, text, 0644);
}

bool Work::changes(std::string_view key, std::string_view value) {
  const bool is_new = before.value(key) != value;
  if (is_new) after.keep(key, value);
  return is_new;
}

}  // namespace hutch::guest
