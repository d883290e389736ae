// boot: makes the image fit for its user and becomes its init, as PID 1 of a namespace of its own.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/text.h"
#include "core/guest/init_program.h"
#include "core/plan/channel.h"
#include "guest/applets.h"
#include "guest/files.h"
#include "guest/program.h"
#include "guest/say.h"
#include "os/file.h"

namespace hutch::guest {
namespace {

std::string find_init() {
  for (const char* const path : {"/sbin/init", "/usr/sbin/init", "/usr/lib/systemd/systemd", "/lib/systemd/systemd"}) {
    if (is_program(path)) return path;
  }
  return {};
}

// Closing it is what says that the init runs: plan::kReadyDescriptor.
Status tell_how_to_stop(const std::string& init) {
  char* const real = ::realpath(init.c_str(), nullptr);
  const std::string number = std::to_string(stop_signal_of(real == nullptr ? init : std::string_view(real)));
  ::free(real);
  const bool is_told = ::fcntl(plan::kReadyDescriptor, F_SETFD, FD_CLOEXEC) == 0 &&
                       ::write(plan::kReadyDescriptor, number.data(), number.size()) > 0;
  return is_told ? Status() : unexpected(system_error(errno, "nobody waits for the init"));
}

// systemd.io/CONTAINER_INTERFACE: what init is told by its environment. What is the user's is none of its business.
Environment init_environment(const Environment& environment) {
  Environment result = {"container=hutch"};
  for (const std::string& entry : environment) {
    const bool is_general =
        entry.starts_with("PATH=") || entry.starts_with("LANG=") || entry.starts_with("HUTCH_TOOLBOX=");
    if (is_general) result.push_back(entry);
  }
  return result;
}

// The terminal, or what stands for it, stays with whoever started the toolbox; words about a failure still go there.
os::Fd leave_standards() {
  os::Fd words(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, plan::kReadyDescriptor + 1));
  const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int fd = 0; nothing && fd <= STDERR_FILENO; ++fd) (void)::dup2(nothing.get(), fd);
  return words;
}

}  // namespace

int boot(const Call& call) {
  const int status = set_up(call);
  if (status != 0) return status;
  const std::string init = find_init();
  if (init.empty()) {
    say("the image has no init: there is no program /sbin/init (hutch toolbox set --no-init)");
    return kNotFound;
  }
  if (const Status told = tell_how_to_stop(init); !told) {
    say(told.error());
    return 1;
  }
  const os::Fd words = leave_standards();
  const int error = execute(init, {init}, init_environment(call.environment));
  (void)::dup2(words.get(), STDERR_FILENO);
  say(text::format("cannot run '%s': %s", init.c_str(), std::strerror(error)));
  return kNotExecutable;
}

}  // namespace hutch::guest
