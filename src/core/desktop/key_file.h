// Key files: desktop entries, D-Bus service files, mimeapps.list. Kept as lines, so that what nobody changes stays as
// it was written, byte for byte (Desktop Entry Specification 1.5, "Basic format of the file").
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hutch::desktop {

inline constexpr std::size_t kKeyFileLimit = 1u << 20;  // bytes

struct KeyLine {
  std::string text;   // the whole line without its newline
  std::string key;    // with its locale, "Name[de]"; empty for comments and blank lines
  std::string value;  // as written, escapes and all
  bool operator==(const KeyLine&) const = default;
};

struct KeyGroup {
  std::string name;
  std::string text;  // the line that begins it
  std::vector<KeyLine> lines;
  bool operator==(const KeyGroup&) const = default;
};

struct KeyFile {
  std::vector<std::string> head;  // comments and blank lines before the first group
  std::vector<KeyGroup> groups;
  bool ends_with_newline = true;
  bool operator==(const KeyFile&) const = default;

  // The value in the first group of this name; of several the last, as GLib reads it. Null when there is none.
  [[nodiscard]] const std::string* find(std::string_view group, std::string_view key) const;
  [[nodiscard]] KeyGroup* group(std::string_view name);
  [[nodiscard]] const KeyGroup* group(std::string_view name) const;
};

// Lines that are neither comment nor group nor KEY=VALUE, keys before a group, two groups of one name and NUL bytes are
// errors: readers differ in what they make of them.
[[nodiscard]] Result<KeyFile> parse_key_file(std::string_view text);
[[nodiscard]] std::string format(const KeyFile& file);

// Gives every line of this key another value, or adds one behind the last key of the group.
void set(KeyGroup& group, std::string_view key, std::string_view value);
void remove(KeyGroup& group, std::string_view key);

// Values of type string: \s \n \t \r \\ and back. Other escapes are kept as they are.
[[nodiscard]] std::string unescape(std::string_view value);
[[nodiscard]] std::string escape(std::string_view text);
// A list of values, separated by ';', "\;" within one.
[[nodiscard]] std::vector<std::string> split_list(std::string_view value);

}  // namespace hutch::desktop
