#include "core/instance/counters.h"

#include <charconv>

namespace hutch::instance {
namespace {

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

std::string_view take_word(std::string_view& line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  line.remove_prefix(begin);
  const std::string_view word = line.substr(0, line.find_first_of(" \t"));
  line.remove_prefix(word.size());
  return word;
}

std::uint64_t number_of(std::string_view word) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), number);
  return read.ec == std::errc() ? number : 0;
}

}  // namespace

std::uint64_t ip_counter(std::string_view snmp, std::string_view column) {
  while (!snmp.empty()) {
    std::string_view names = take_line(snmp);
    if (!names.starts_with("Ip:")) continue;
    std::string_view values = take_line(snmp);
    while (!names.empty()) {
      const std::string_view name = take_word(names);
      const std::string_view value = take_word(values);
      if (name == column) return number_of(value);
    }
    return 0;
  }
  return 0;
}

std::uint64_t named_counter(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (take_word(line) == name) return number_of(take_word(line));
  }
  return 0;
}

}  // namespace hutch::instance
