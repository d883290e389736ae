#include "core/desktop/key_file.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::desktop {
namespace {

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

std::string_view trim_front(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view trim_back(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

tl::unexpected<Error> wrong(std::size_t line, const char* what) {
  return failure(ErrorKind::kInvalid, text::format(_("line %zu %s"), line, what));
}

Result<KeyGroup> parse_group(std::string_view line, std::size_t number) {
  const std::string_view plain = trim_back(trim_front(line));
  const std::string_view name = plain.substr(1, plain.size() - (plain.back() == ']' ? 2 : 1));
  const bool is_name = plain.back() == ']' && !name.empty() && name.find_first_of("[]") == std::string_view::npos;
  if (!is_name) return wrong(number, _("is no group"));
  return KeyGroup{.name = std::string(name), .text = std::string(line), .lines = {}};
}

Result<KeyLine> parse_line(std::string_view line, std::size_t number) {
  const std::size_t equals = line.find('=');
  const std::string_view key = trim_back(trim_front(line.substr(0, equals)));
  if (equals == std::string_view::npos || key.empty()) return wrong(number, _("is no key with a value"));
  std::string_view value = trim_front(line.substr(equals + 1));
  while (value.ends_with('\r')) value.remove_suffix(1);
  return KeyLine{.text = std::string(line), .key = std::string(key), .value = std::string(value)};
}

}  // namespace

const KeyGroup* KeyFile::group(std::string_view name) const {
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const KeyGroup& one) { return one.name == name; });
  return found == groups.end() ? nullptr : &*found;
}

KeyGroup* KeyFile::group(std::string_view name) {
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const KeyGroup& one) { return one.name == name; });
  return found == groups.end() ? nullptr : &*found;
}

const std::string* KeyFile::find(std::string_view group_name, std::string_view key) const {
  const KeyGroup* const in = group(group_name);
  if (in == nullptr) return nullptr;
  const auto found =
      std::find_if(in->lines.rbegin(), in->lines.rend(), [&](const KeyLine& line) { return line.key == key; });
  return found == in->lines.rend() ? nullptr : &found->value;
}

Result<KeyFile> parse_key_file(std::string_view text) {
  if (text.size() > kKeyFileLimit) {
    return failure(ErrorKind::kInvalid, text::format(_("more than %zu bytes"), kKeyFileLimit));
  }
  if (text.find('\0') != std::string_view::npos) return failure(ErrorKind::kInvalid, _("contains a NUL byte"));
  KeyFile file;
  file.ends_with_newline = text.empty() || text.back() == '\n';
  const bool had_lines = !text.empty();
  if (file.ends_with_newline && had_lines) text.remove_suffix(1);
  std::size_t number = 0;
  if (!had_lines) return file;
  for (const std::string_view line : text::split(text, '\n')) {
    ++number;
    const std::string_view plain = trim_front(line);
    const bool is_comment = plain.empty() || plain.front() == '#';
    if (is_comment && file.groups.empty()) {
      file.head.emplace_back(line);
    } else if (is_comment) {
      file.groups.back().lines.push_back({.text = std::string(line), .key = {}, .value = {}});
    } else if (plain.front() == '[') {
      KeyGroup group = TRY(parse_group(line, number));
      if (file.group(group.name) != nullptr) return wrong(number, _("begins a group that was there before"));
      file.groups.push_back(std::move(group));
    } else {
      KeyLine key = TRY(parse_line(line, number));
      if (file.groups.empty()) return wrong(number, _("is in no group"));
      file.groups.back().lines.push_back(std::move(key));
    }
  }
  return file;
}

std::string format(const KeyFile& file) {
  std::string text;
  for (const std::string& line : file.head) text += line + "\n";
  for (const KeyGroup& group : file.groups) {
    text += group.text + "\n";
    for (const KeyLine& line : group.lines) text += line.text + "\n";
  }
  if (!file.ends_with_newline && !text.empty()) text.pop_back();
  return text;
}

void set(KeyGroup& group, std::string_view key, std::string_view value) {
  const KeyLine line{
      .text = std::string(key) + "=" + std::string(value), .key = std::string(key), .value = std::string(value)};
  bool is_there = false;
  for (KeyLine& one : group.lines) {
    if (one.key != key) continue;
    one = line;
    is_there = true;
  }
  if (is_there) return;
  const auto last =
      std::find_if(group.lines.rbegin(), group.lines.rend(), [](const KeyLine& one) { return !one.key.empty(); });
  group.lines.insert(last.base(), line);
}

void remove(KeyGroup& group, std::string_view key) {
  std::erase_if(group.lines, [&](const KeyLine& line) { return line.key == key; });
}

std::string unescape(std::string_view value) {
  std::string result;
  for (std::size_t index = 0; index < value.size(); ++index) {
    const char next = value[index] == '\\' && index + 1 < value.size() ? value[index + 1] : '\0';
    const std::string_view from = "sntr\\";
    const std::size_t which = next == '\0' ? std::string_view::npos : from.find(next);
    if (which == std::string_view::npos) {
      result += value[index];
      continue;
    }
    result += " \n\t\r\\"[which];
    ++index;
  }
  return result;
}

std::string escape(std::string_view text) {
  std::string result;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const char c = text[index];
    const bool is_edge = index == 0 || index + 1 == text.size();
    if (c == '\\') {
      result += "\\\\";
    } else if (c == '\n') {
      result += "\\n";
    } else if (c == '\r') {
      result += "\\r";
    } else if (c == '\t') {
      result += "\\t";
    } else if (c == ' ' && is_edge) {
      result += "\\s";
    } else {
      result += c;
    }
  }
  return result;
}

std::vector<std::string> split_list(std::string_view value) {
  std::vector<std::string> items;
  std::string item;
  for (std::size_t index = 0; index < value.size(); ++index) {
    if (value[index] == '\\' && index + 1 < value.size() && value[index + 1] == ';') {
      item += ';';
      ++index;
    } else if (value[index] == ';') {
      if (!item.empty()) items.push_back(unescape(item));
      item.clear();
    } else {
      item += value[index];
    }
  }
  if (!item.empty()) items.push_back(unescape(item));
  return items;
}

}  // namespace hutch::desktop
