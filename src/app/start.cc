#include "app/start.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"

namespace hutch::app {
namespace {

// An identity map of all ids: not a user namespace of somebody who is not root (user_namespaces(7)).
bool is_initial_user_namespace() {
  const auto map = os::read_file(HostPath::literal("/proc/self/uid_map"), 4096);
  if (!map) return true;
  std::string words;
  for (const std::string_view word : text::split(*map, ' ')) {
    if (!text::trim(word).empty()) words += std::string(text::trim(word)) + " ";
  }
  return words == "0 0 4294967295 ";
}

}  // namespace

Status begin() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    if (::open("/dev/null", O_RDWR) != fd) {  // the lowest free number, open(2)
      return unexpected(system_error(errno, _("cannot open '/dev/null'")));
    }
  }
  (void)::signal(SIGCHLD, SIG_DFL);  // ignored, waiting for a child would fail (waitpid(2))
  // Messages and characters only: numbers are read and written the same in every language.
  (void)::setlocale(LC_CTYPE, "");
  (void)::setlocale(LC_MESSAGES, "");
  (void)::bindtextdomain("hutch", HUTCH_LOCALEDIR);
  (void)::textdomain("hutch");
  return {};
}

Status refuse_root(bool is_allowed) {
  if (::getuid() != ::geteuid() || ::getgid() != ::getegid()) {
    return failure(ErrorKind::kDenied, _("hutch must not be installed set-user-ID or set-group-ID"),
                   _("sudo chmod u-s,g-s the program"));
  }
  if (is_allowed || ::geteuid() != 0 || !is_initial_user_namespace()) return {};
  return failure(ErrorKind::kDenied,
                 _("refusing to run as root: a sandbox of root's own uid could not keep root's files from the app"),
                 _("run it as an ordinary user, or add --allow-root if you know that it is safe here"));
}

}  // namespace hutch::app
