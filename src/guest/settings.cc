#include "guest/settings.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/text.h"
#include "os/file.h"

namespace hutch::guest {

Result<Settings> read_settings() {
  const os::Fd file = TRY(os::open_at(AT_FDCWD, kSettingsPath, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW, 0, 0));
  struct stat status {};
  const bool is_known = ::fstat(file.get(), &status) == 0;
  const std::string content =
      TRY_IN(text::format("reading '%s'", kSettingsPath), os::read_all(file.get(), kSettingsLimit));
  Settings settings = TRY(parse_settings(content));
  const bool has_owner = status.st_uid == 0 || status.st_uid == settings.uid;
  if (!is_known || !S_ISREG(status.st_mode) || !has_owner || (status.st_mode & 022) != 0) {
    return failure(ErrorKind::kDenied, text::format("'%s' could have been written by others", kSettingsPath));
  }
  return settings;
}

User default_user(const Settings& settings) {
  return {.name = settings.user,
          .uid = settings.uid,
          .gid = settings.gid,
          .full_name = settings.full_name,
          .home = settings.home,
          .shell = settings.shell};
}

}  // namespace hutch::guest
