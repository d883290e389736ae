#include "host/documents.h"

#include <fcntl.h>

#include "base/i18n.h"
#include "base/text.h"
#include "host/user_bus.h"
#include "os/file.h"

namespace hutch::host {

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
    // Held by descriptor: what the portal takes is what was looked at, whatever happens to the name.
    const os::Fd file =
        TRY_IN(text::format(_("cannot hand over '%s'"), name.c_str()), os::open_path(grant.file, O_PATH | O_NOFOLLOW));
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
