#include <unistd.h>

#include <cstdlib>

#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "host/cgroup.h"
#include "host/instances.h"
#include "host/launcher.h"
#include "host/probe.h"

namespace hutch::app {
namespace {

// An instance that is not there is our failure, not the program's.
Result<host::Running> find(const std::string& name) {
  const facts::Facts facts = TRY(host::probe());
  auto running = host::find_instance(facts, name);
  if (!running) running.error().kind = ErrorKind::kInvalid;
  if (running && host::is_paused(*running)) {
    return failure(ErrorKind::kConflict, text::format(_("instance '%s' is paused"), running->record.id.c_str()),
                   text::format(_("hutch resume %s"), running->record.id.c_str()));
  }
  return running;
}

}  // namespace

Result<int> exec(const ExecOptions& options) {
  const host::Running running = TRY(find(options.instance));
  plan::ExecRequest request;
  request.has_terminal = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
  const char* const terminal = std::getenv("TERM");
  if (request.has_terminal && terminal != nullptr) request.environment.push_back(std::string("TERM=") + terminal);
  for (const std::string& entry : options.environment) {
    if (entry.find('=') == std::string::npos || entry.front() == '=') {
      return failure(ErrorKind::kUsage,
                     text::format(_("--env '%s' is not NAME=VALUE"), text::printable(entry).c_str()));
    }
    request.environment.push_back(entry);
  }
  request.command = plan::Command{.program = options.command.front(), .arguments = options.command, .directory = {}};
  if (options.directory) request.command.directory = TRY(BoxPath::parse(*options.directory));
  return plan::exit_code(TRY(host::execute_in(running, request)));
}

}  // namespace hutch::app
