#include "host/portal_files.h"

#include <sys/stat.h>

#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;

Status write_files(const plan::PortalIdentity& identity, pid_t init) {
  TRY(os::make_directories(identity.directory, kDirectoryMode));
  TRY(os::replace_file(identity.directory / "info", identity.info, kFileMode));
  TRY(os::replace_file(identity.directory / "pid", std::to_string(init), kFileMode));
  Json info{{"child-pid", init}};
  struct stat namespace_file {};
  // Portals before 1.20 translate process ids through this number.
  if (::stat(text::format("/proc/%d/ns/pid", init).c_str(), &namespace_file) == 0) {
    info["pid-namespace"] = namespace_file.st_ino;
  }
  return os::replace_file(identity.directory / "bwrapinfo.json", format_json(info), kFileMode);
}

}  // namespace

Status write_portal_files(const plan::PortalIdentity& identity, pid_t init) {
  Status written = write_files(identity, init);
  if (!written) return unexpected(std::move(written).error().in(_("cannot announce the app to the portals")));
  return {};
}

void remove_portal_files(const plan::PortalIdentity& identity) {
  (void)os::remove_tree(identity.directory);  // clearing up after an error that is being told already
}

}  // namespace hutch::host
