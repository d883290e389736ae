#include "app/targets.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::app {

Result<std::vector<host::Running>> find_targets(const facts::Facts& facts, const Targets& targets) {
  if (targets.all) return host::list_instances(facts);
  std::vector<host::Running> found;
  for (const std::string& name : targets.names) {
    for (host::Running& running : TRY(host::find_instances(facts, name))) {
      const auto is_it = [&](const host::Running& other) { return other.record.id == running.record.id; };
      if (std::none_of(found.begin(), found.end(), is_it)) found.push_back(std::move(running));
    }
  }
  return found;
}

Error no_scope(const host::Running& instance) {
  return Error{
      .kind = ErrorKind::kUnavailable,
      .code = 0,
      .message = text::format(_("instance '%s' has no scope: no systemd user manager answered when it started"),
                              instance.record.id.c_str()),
      .context = {},
      .hint = _("start a user manager (loginctl enable-linger), or run in a login session")};
}

}  // namespace hutch::app
