#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/guest/group.h"
#include "guest/files.h"
#include "guest/setup_parts.h"
#include "os/file.h"

namespace hutch::guest {
namespace {

// utmp(5): without the group nobody but root writes it.
Status make_login_records() {
  constexpr const char* kPath = "/run/utmp";
  if (is_there(kPath)) return {};
  const os::Fd file = TRY(os::open_at(AT_FDCWD, kPath, O_WRONLY | O_CREAT | O_EXCL, 0644, 0));
  const auto group = TRY(read_text("/etc/group", kAccountsLimit));
  const auto gid = find_group(group.value_or(""), "utmp");
  if (gid && ::fchown(file.get(), 0, *gid) == 0) (void)::fchmod(file.get(), 0664);
  return {};
}

// apt fetches as a user of its own, whom a toolbox with one id has not (apt.conf(5), APT::Sandbox::User).
void fit_apt(bool is_single_uid) {
  constexpr const char* kPath = "/etc/apt/apt.conf.d/zz-hutch";
  if (!is_directory("/etc/apt/apt.conf.d")) return;
  if (is_single_uid) {
    Work::tolerate(keep_text(kPath, "APT::Sandbox::User \"root\";\n", 0644));
  } else {
    Work::tolerate(remove_file(kPath));
  }
}

}  // namespace

void prepare_places(const Settings& settings) {
  Work::tolerate(keep_directory("/root", 0700));
  Work::tolerate(keep_directory("/tmp", 01777));
  Work::tolerate(keep_directory("/run/lock", 01777));
  Work::tolerate(make_login_records());
  if (!is_there("/etc/mtab")) Work::tolerate(keep_link("/etc/mtab", "../proc/self/mounts"));
  fit_apt(settings.is_single_uid);
}

}  // namespace hutch::guest
