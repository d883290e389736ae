#include "guest/locales.h"

#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "core/guest/locale_names.h"
#include "guest/files.h"
#include "os/file.h"

namespace hutch::guest {
namespace {

constexpr const char* kPlace = "/usr/lib/locale/";

bool is_archived(const std::string& locale) {
  const auto file = os::open_at(AT_FDCWD, "/usr/lib/locale/locale-archive", O_RDONLY | O_NONBLOCK | O_NOCTTY, 0, 0);
  if (!file) return false;
  char head[kArchiveHead];
  const ssize_t length = ::pread(file->get(), head, sizeof head, 0);
  if (length != static_cast<ssize_t>(sizeof head)) return false;
  const auto place = archive_names(std::string_view(head, sizeof head));
  if (!place) return false;
  std::string names(place->size, '\0');
  const ssize_t count = ::pread(file->get(), names.data(), names.size(), place->offset);
  return count == static_cast<ssize_t>(names.size()) && archive_has(names, locale);
}

}  // namespace

bool has_locale(std::string_view name) {
  if (name.find('/') != std::string_view::npos) return false;
  if (!is_directory(kPlace)) return true;
  const std::string locale = normal_locale(name);
  return is_directory((kPlace + locale).c_str()) || is_directory((kPlace + std::string(name)).c_str()) ||
         is_archived(locale);
}

}  // namespace hutch::guest
