#include <sys/stat.h>
#include <unistd.h>

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
  constexpr int kAttempts = 5;  // it may end while we come, and another may start it
  facts::Facts facts = TRY(host::probe());
  const host::Toolbox toolbox = TRY(find_toolbox(facts, options.name));
  const plan::ExecRequest request = TRY(request_of(options));
  const host::Running place{.record = {}, .directory = host::instances_directory(facts) / toolbox.declared.id.str()};
  std::optional<TerminalMark> mark;
  if (request.has_terminal && options.command.empty()) mark.emplace(toolbox.name.str());
  std::string messages;
  for (int attempt = 0;; ++attempt) {
    auto outcome = host::execute_in(place, request);
    if (outcome) return plan::exit_code(*outcome);
    if (!is_gone(outcome.error()) || attempt == kAttempts) {
      return unexpected(not_started(std::move(outcome).error(), messages));
    }
    if (!messages.empty()) return unexpected(not_started(std::move(outcome).error(), messages));
    const StartingToolbox starting = TRY(StartingToolbox::start(facts, toolbox));
    outcome = host::execute_in(place, request);
    if (outcome) return plan::exit_code(*outcome);
    if (!is_gone(outcome.error())) return unexpected(not_started(std::move(outcome).error(), starting.messages()));
    messages = starting.messages();
  }
}

}  // namespace hutch::app
