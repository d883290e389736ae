#include "host/documents.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "host/user_bus.h"
#include "os/file.h"

namespace hutch::host {
namespace {

// Held by descriptor: what the portal takes is what was planned, whatever happens to the name. Not by O_NOFOLLOW, which
// the portal refuses (xdg-desktop-portal, xdp_app_info_get_path_for_fd).
Result<os::Fd> open_document(const HostPath& path) {
  os::Fd file = TRY(os::open_at(AT_FDCWD, path.c_str(), O_PATH, 0, RESOLVE_NO_SYMLINKS));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return unexpected(system_error(errno, _("cannot look at the file")));
  if (!S_ISREG(status.st_mode)) return failure(ErrorKind::kInvalid, _("it is not a regular file"));
  return file;
}

}  // namespace

Result<HostPath> document_directory(const std::string& session_bus) {
  UserBus bus = TRY(UserBus::open(session_bus));
  return HostPath::parse(TRY(bus.document_mount_point()));
}

Result<std::vector<std::string>> share_documents(const std::string& session_bus, const AppId& app,
                                                 const std::vector<plan::DocumentGrant>& grants) {
  UserBus bus = TRY(UserBus::open(session_bus));
  std::vector<std::string> result;
  for (const plan::DocumentGrant& grant : grants) {
    const std::string name = text::printable(grant.file.str());
    const os::Fd file = TRY_IN(text::format(_("cannot hand over '%s'"), name.c_str()), open_document(grant.file));
    const int descriptor = file.get();
    const SharedDocuments shared = TRY_IN(text::format(_("cannot hand over '%s'"), name.c_str()),
                                          bus.share_documents({&descriptor, 1}, grant.is_writable, app.str()));
    if (shared.ids.front().empty()) {
      result.push_back(grant.file.str());  // the app can open it at its own path
      continue;
    }
    const HostPath mount = TRY(HostPath::parse(shared.mount_point));
    const HostPath document = TRY(mount.join(shared.ids.front()));
    const HostPath path = TRY(document.join(grant.file.name()));
    result.push_back(path.str());
  }
  return result;
}

}  // namespace hutch::host
