#include "core/guest/locale_names.h"

#include <algorithm>
#include <cstring>

namespace hutch::guest {
namespace {

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

// glibc, _nl_normalize_codeset: letters small, nothing but letters and digits, "iso" before digits alone.
std::string normal_codeset(std::string_view codeset) {
  std::string result;
  for (const char character : codeset) {
    const char small = character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
    if ((small >= 'a' && small <= 'z') || is_digit(small)) result += small;
  }
  if (!result.empty() && std::all_of(result.begin(), result.end(), is_digit)) return "iso" + result;
  return result;
}

}  // namespace

std::string normal_locale(std::string_view name) {
  const std::size_t at = std::min(name.find('@'), name.size());
  const std::size_t dot = std::min(name.substr(0, at).find('.'), at);
  std::string result(name.substr(0, dot));
  if (dot < at) result += "." + normal_codeset(name.substr(dot + 1, at - dot - 1));
  return result + std::string(name.substr(at));
}

bool is_plain_locale(std::string_view name) {
  return name == "C" || name == "POSIX" || normal_locale(name) == "C.utf8";
}

std::optional<ArchiveNames> archive_names(std::string_view head) {
  constexpr std::uint32_t kMagic = 0xde020109;
  if (head.size() < kArchiveHead) return std::nullopt;
  const auto word = [&](std::size_t index) {
    std::uint32_t value = 0;
    std::memcpy(&value, head.data() + index * sizeof value, sizeof value);
    return value;
  };
  const ArchiveNames names{.offset = word(5), .size = word(6)};
  if (word(0) != kMagic || names.size > kArchiveNamesLimit) return std::nullopt;
  return names;
}

bool archive_has(std::string_view names, std::string_view locale) {
  std::size_t place = 0;
  while ((place = names.find(locale, place)) != std::string_view::npos) {
    const std::size_t end = place + locale.size();
    if ((place == 0 || names[place - 1] == '\0') && end < names.size() && names[end] == '\0') return true;
    ++place;
  }
  return false;
}

}  // namespace hutch::guest
