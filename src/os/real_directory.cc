#include "os/real_directory.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"

namespace hutch::os {

Status make_real_directories(const HostPath& path, mode_t mode) {
  const auto cannot = [&](int code) {
    return unexpected(system_error(
        code, text::format(_("cannot %s '%s'"), _("make directory"), text::printable(path.str()).c_str())));
  };
  Fd directory = TRY(open_path(HostPath(), O_PATH | O_DIRECTORY));
  for (const std::string_view part : path.components()) {
    const std::string name(part);
    const bool is_made = ::mkdirat(directory.get(), name.c_str(), mode) == 0;
    // These three also of what is there already; opening it tells.
    if (!is_made && errno != EEXIST && errno != EROFS && errno != EACCES) return cannot(errno);
    auto next = open_at(directory.get(), name.c_str(), O_PATH | O_DIRECTORY, 0, RESOLVE_NO_SYMLINKS);
    if (!next) return cannot(next.error().code);
    directory = std::move(*next);
  }
  return {};
}

}  // namespace hutch::os
