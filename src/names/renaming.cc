#include "names/renaming.h"

#include <algorithm>

namespace hutch::names {
namespace {

// What is left of `text` behind a prefix that ends there or at a separator.
std::optional<std::string_view> behind(std::string_view text, std::string_view prefix, char separator) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (!text.empty() && text.front() != separator) return std::nullopt;
  return text;
}

std::string path_of(std::string_view name) {
  std::string path = "/" + std::string(name);
  std::replace(path.begin(), path.end(), '.', '/');
  std::replace(path.begin(), path.end(), '-', '_');
  return path;
}

}  // namespace

Renaming::Renaming(std::string part, const std::vector<std::string_view>& patterns) : part_(std::move(part)) {
  for (std::string_view pattern : patterns) {
    const bool has_below = pattern.ends_with(".*");
    if (has_below) pattern.remove_suffix(2);
    patterns_.push_back({.name = std::string(pattern), .has_below = has_below});
  }
  std::stable_sort(patterns_.begin(), patterns_.end(),
                   [](const Pattern& left, const Pattern& right) { return left.name.size() > right.name.size(); });
}

std::optional<std::string> Renaming::outward(std::string_view name) const {
  for (const Pattern& pattern : patterns_) {
    const auto rest = behind(name, pattern.name, '.');
    if (rest && (pattern.has_below || rest->empty())) return pattern.name + "." + part_ + std::string(*rest);
  }
  return std::nullopt;
}

std::optional<std::string> Renaming::inward(std::string_view name) const {
  for (const Pattern& pattern : patterns_) {
    const auto rest = behind(name, pattern.name + "." + part_, '.');
    if (rest && (pattern.has_below || rest->empty())) return pattern.name + std::string(*rest);
  }
  return std::nullopt;
}

std::optional<std::string> Renaming::inward_path(std::string_view path) const {
  for (const Pattern& pattern : patterns_) {
    const auto rest = behind(path, path_of(pattern.name + "." + part_), '/');
    if (rest) return path_of(pattern.name) + std::string(*rest);
  }
  return std::nullopt;
}

// Values stand in apostrophes (D-Bus specification, "Match Rules"); a name holds neither those nor commas.
std::string Renaming::outward_rule(std::string_view rule) const {
  std::string result;
  while (!rule.empty()) {
    const std::size_t begin = rule.find('\'');
    const std::size_t end = begin == std::string_view::npos ? begin : rule.find('\'', begin + 1);
    if (end == std::string_view::npos) break;
    const std::string_view value = rule.substr(begin + 1, end - begin - 1);
    result += rule.substr(0, begin + 1);
    result += outward(value).value_or(std::string(value));
    result += '\'';
    rule.remove_prefix(end + 1);
  }
  return result + std::string(rule);
}

}  // namespace hutch::names
