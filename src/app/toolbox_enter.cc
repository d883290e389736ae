#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "app/print.h"
#include "app/start.h"
#include "app/toolbox.h"
#include "base/i18n.h"
#include "base/text.h"
#include "host/cgroup.h"
#include "host/launcher.h"
#include "host/probe.h"
#include "os/file.h"

namespace hutch::app {
namespace {

constexpr const char* kLogFile = "log";

// Of the caller, whatever the toolbox's own are: what belongs to a terminal and to a language.
constexpr const char* kPassed[] = {"TERM",
                                   "COLORTERM",
                                   "TERM_PROGRAM",
                                   "TERM_PROGRAM_VERSION",
                                   "VTE_VERSION",
                                   "NO_COLOR",
                                   "LANG",
                                   "LANGUAGE",
                                   "LC_ALL",
                                   "LC_ADDRESS",
                                   "LC_COLLATE",
                                   "LC_CTYPE",
                                   "LC_IDENTIFICATION",
                                   "LC_MEASUREMENT",
                                   "LC_MESSAGES",
                                   "LC_MONETARY",
                                   "LC_NAME",
                                   "LC_NUMERIC",
                                   "LC_PAPER",
                                   "LC_TELEPHONE",
                                   "LC_TIME"};

Status add_environment(const EnterOptions& options, std::vector<std::string>& environment) {
  for (const char* const name : kPassed) {
    const char* const value = std::getenv(name);
    if (value != nullptr) environment.push_back(std::string(name) + "=" + value);
  }
  for (const std::string& entry : options.environment) {
    const std::size_t equals = entry.find('=');
    if (equals == 0) {
      return failure(ErrorKind::kUsage,
                     text::format(_("--env '%s' is not NAME=VALUE"), text::printable(entry).c_str()));
    }
    if (equals != std::string::npos) {
      environment.push_back(entry);
    } else if (const char* const value = std::getenv(entry.c_str())) {
      environment.push_back(entry + "=" + value);
    }
  }
  return {};
}

// The guest enters it only where it is the very same directory inside.
void add_directory(const EnterOptions& options, std::vector<std::string>& arguments) {
  const std::string directory = options.directory.value_or(".");
  struct stat status {};
  char buffer[kPathLimit + 1];
  const char* const here = ::getcwd(buffer, sizeof buffer);
  const std::string path = options.directory ? *options.directory : here == nullptr ? "" : here;
  if (!path.starts_with('/')) return;
  arguments.insert(arguments.end(), {"--cwd", path});
  if (options.directory) return;  // one that was asked for is the toolbox's own
  if (::stat(directory.c_str(), &status) != 0) return;
  arguments.insert(arguments.end(),
                   {"--cwd-identity", text::format("%llu:%llu", static_cast<unsigned long long>(status.st_dev),
                                                   static_cast<unsigned long long>(status.st_ino))});
}

Result<plan::ExecRequest> request_of(const EnterOptions& options) {
  plan::ExecRequest request;
  request.has_terminal = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
  TRY(add_environment(options, request.environment));
  const std::string guest = std::string(toolbox::kGuestDirectory) + "/hutch-guest";
  std::vector<std::string> arguments = {"hutch-guest", "enter"};
  if (!options.user.empty()) arguments.insert(arguments.end(), {"--user", options.user});
  add_directory(options, arguments);
  if (options.command.empty()) arguments.insert(arguments.end(), {"--login", "--notice"});
  if (options.is_detached) arguments.emplace_back("--detach");
  arguments.emplace_back("--");
  arguments.insert(arguments.end(), options.command.begin(), options.command.end());
  request.command = {.program = guest, .arguments = std::move(arguments), .directory = {}};
  return request;
}

// Terminals show where one is, and open new tabs there: the "container" sequence of OSC 777.
class TerminalMark {
 public:
  explicit TerminalMark(const std::string& name) {
    is_shown_ = ::isatty(STDOUT_FILENO) != 0;
    if (is_shown_) say(text::format("push;%s;hutch;%u", text::printable(name).c_str(), ::getuid()));
  }
  TerminalMark(const TerminalMark&) = delete;
  TerminalMark& operator=(const TerminalMark&) = delete;
  ~TerminalMark() {
    if (is_shown_) say("pop;;;");
  }

 private:
  static void say(const std::string& what) {
    (void)std::fputs(("\033]777;container;" + what + "\033\\").c_str(), stdout);  // only a mark
    (void)std::fflush(stdout);
  }
  bool is_shown_ = false;
};

// What a detached command prints is kept beside the toolbox; a long log makes room once.
Status print_into_log(const host::Toolbox& toolbox) {
  constexpr off_t kMost = 8 << 20;
  const HostPath file = toolbox.directory / kLogFile;
  struct stat status {};
  if (::stat(file.c_str(), &status) == 0 && status.st_size > kMost) {
    (void)::rename(file.c_str(), (toolbox.directory / "log.1").c_str());  // else it grows on
  }
  const os::Fd log = TRY(os::open_path(file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600));
  const os::Fd nothing = TRY(os::open_path(HostPath::literal("/dev/null"), O_RDONLY));
  const bool is_done = ::dup2(nothing.get(), STDIN_FILENO) >= 0 && ::dup2(log.get(), STDOUT_FILENO) >= 0 &&
                       ::dup2(log.get(), STDERR_FILENO) >= 0;
  return is_done ? Status() : unexpected(system_error(errno, _("cannot write a log")));
}

bool is_gone(const Error& error) {
  return error.code == ENOENT || error.code == ECONNREFUSED || error.kind == ErrorKind::kUnavailable;
}

// Nothing of a failed start is the program's doing.
Error not_started(Error error, const std::string& messages) {
  if (messages.empty()) {
    error.kind = error.kind == ErrorKind::kUsage ? ErrorKind::kUsage : ErrorKind::kSystem;
    return error;
  }
  (void)std::fputs(messages.c_str(), stderr);  // complete with "hutch:"
  return Error{
      .kind = ErrorKind::kSystem, .code = 0, .message = _("the toolbox did not start"), .context = {}, .hint = {}};
}

}  // namespace

Result<int> enter(const EnterOptions& options) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds kPatience(10);
  constexpr timespec kPause = {.tv_sec = 0, .tv_nsec = 2'000'000};
  facts::Facts facts = TRY(host::probe());
  const host::Toolbox toolbox = TRY(find_toolbox(facts, options.name));
  if (options.is_detached) TRY(print_into_log(toolbox));
  const plan::ExecRequest request = TRY(request_of(options));
  const host::Running place{.record = {}, .directory = host::instances_directory(facts) / toolbox.declared.id.str()};
  std::optional<TerminalMark> mark;
  if (request.has_terminal && options.command.empty()) mark.emplace(toolbox.name.str());
  // It may end while we come, and another may start it meanwhile.
  for (const Clock::time_point deadline = Clock::now() + kPatience;;) {
    auto outcome = host::execute_in(place, request);
    if (outcome) return plan::exit_code(*outcome);
    if (!is_gone(outcome.error()) || Clock::now() > deadline) {
      return unexpected(not_started(std::move(outcome).error(), {}));
    }
    const StartingToolbox starting = TRY(StartingToolbox::start(facts, toolbox));
    if (!starting.is_ours()) {  // one that is on its way out is not yet gone, or somebody else was quicker
      (void)::nanosleep(&kPause, nullptr);
      continue;
    }
    outcome = host::execute_in(place, request);
    if (outcome) return plan::exit_code(*outcome);
    const std::string messages = starting.messages();
    if (!is_gone(outcome.error()) || !messages.empty()) {
      return unexpected(not_started(std::move(outcome).error(), messages));
    }
  }
}

// Until it is interrupted, when it follows.
Result<int> toolbox_logs(const std::string& name, bool follows) {
  const facts::Facts facts = TRY(host::probe());
  const host::Toolbox toolbox = TRY(find_toolbox(facts, name));
  const HostPath file = toolbox.directory / kLogFile;
  const auto log = os::open_path(file, O_RDONLY | O_NOFOLLOW);
  if (!log && log.error().code == ENOENT) return kSucceeded;
  if (!log) return unexpected(log.error());
  const os::Fd watch(::inotify_init1(IN_CLOEXEC));
  if (follows && (!watch || ::inotify_add_watch(watch.get(), file.c_str(), IN_MODIFY) < 0)) {
    return unexpected(system_error(errno, _("cannot watch the log")));
  }
  char buffer[64 << 10];
  while (true) {
    const ssize_t count = ::read(log->get(), buffer, sizeof buffer);
    if (count < 0) return unexpected(system_error(errno, _("cannot read the log")));
    if (count > 0) {
      print_text(std::string_view(buffer, static_cast<std::size_t>(count)));
      continue;
    }
    if (!flush_output() || !follows) return kSucceeded;
    if (::read(watch.get(), buffer, sizeof buffer) < 0) return kSucceeded;
  }
}

}  // namespace hutch::app
