// Which locales an image has: glibc's names, directories below /usr/lib/locale and locale-archive.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/guest/environment.h"

namespace hutch::guest {

// "de_DE.UTF-8@euro" → "de_DE.utf8@euro", the form that files carry.
[[nodiscard]] std::string normal_locale(std::string_view name);
// C and POSIX are part of every C library, C.UTF-8 is the best there is where it is not.
[[nodiscard]] bool is_plain_locale(std::string_view name);

// Where the names are in a locale-archive, whose head this is (glibc, locale/locarchive.h).
struct ArchiveNames {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};
inline constexpr std::size_t kArchiveHead = 56;
inline constexpr std::size_t kArchiveNamesLimit = 1u << 20;
[[nodiscard]] std::optional<ArchiveNames> archive_names(std::string_view head);
// Names end with NUL; `names` is the bytes at that place.
[[nodiscard]] bool archive_has(std::string_view names, std::string_view locale);

// LANG without a locale becomes C.UTF-8, LC_* and LC_ALL without one go.
template <class HasLocale>
void keep_locales(Environment& environment, const HasLocale& has_locale) {
  std::string known;  // LC_* are mostly one and the same
  const auto is_missing = [&](const std::string& entry) {
    if (!entry.starts_with("LC_")) return false;
    const std::string_view value = std::string_view(entry).substr(entry.find('=') + 1);
    if (value.empty() || is_plain_locale(value) || value == known) return false;
    if (!has_locale(value)) return true;
    known = value;
    return false;
  };
  std::erase_if(environment, is_missing);
  const std::string_view language = value_of(environment, "LANG");
  if (language.empty() || is_plain_locale(language) || language == known || has_locale(language)) return;
  set(environment, "LANG", "C.UTF-8");
}

}  // namespace hutch::guest
