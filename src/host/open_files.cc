#include "host/open_files.h"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/i18n.h"
#include "base/text.h"
#include "host/cgroup.h"

namespace hutch::host {
namespace {

Status limit_process(pid_t pid, rlim_t most) {
  const rlimit limit{.rlim_cur = most, .rlim_max = most};
  if (::prlimit(pid, RLIMIT_NOFILE, &limit, nullptr) == 0 || errno == ESRCH) return {};
  if (errno == EPERM) {
    return failure(ErrorKind::kDenied,
                   text::format(_("process %d may not have %llu open files: its limit can only be lowered"), pid,
                                static_cast<unsigned long long>(most)),
                   _("stop the app and start it with --nofile"));
  }
  return unexpected(system_error(errno, text::format(_("cannot limit the open files of process %d"), pid)));
}

}  // namespace

Status limit_open_files(const Running& instance, std::uint64_t most) {
  std::set<pid_t> limited;
  // A process that was started by one not limited yet shows in a later look; two looks alike are the end.
  for (bool has_new = true; has_new;) {
    has_new = false;
    for (const pid_t pid : processes_of(instance)) {
      if (!limited.insert(pid).second) continue;
      TRY(limit_process(pid, most));
      has_new = true;
    }
  }
  return {};
}

}  // namespace hutch::host
