#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "host/cgroup.h"
#include "host/instances.h"
#include "host/launcher.h"
#include "host/output.h"
#include "host/probe.h"
#include "os/file.h"
#include "os/process.h"

namespace hutch::app {
namespace {

constexpr int kJournalPatience = 300;  // milliseconds for the last lines, which the journal hands over with a delay

Result<host::Running> find(const facts::Facts& facts, const std::string& name) {
  auto running = host::find_instance(facts, name);
  if (!running) running.error().kind = ErrorKind::kInvalid;
  if (running && host::is_paused(*running)) {
    return failure(ErrorKind::kConflict, text::format(_("instance '%s' is paused"), running->record.id.c_str()),
                   text::format(_("hutch resume %s"), running->record.id.c_str()));
  }
  return running;
}

Result<os::Process> follow_journal(const std::string& unit) {
  const HostPath program = HostPath::literal("/usr/bin/journalctl");
  return os::Process::spawn(
      {.program = program,
       .arguments = {"journalctl", "--user-unit=" + unit, "--follow", "--lines=0", "--output=cat"},
       .environment = {"PATH=/usr/bin:/bin"},
       .descriptors = {},
       .new_session = true});
}

int status_of(const std::optional<plan::Outcome>& outcome, const host::Running& running) {
  if (outcome) return plan::exit_code(*outcome);
  print_note(text::format(_("detached: '%s' goes on"), running.record.id.c_str()));
  return kSucceeded;
}

Result<int> take_terminal(const host::Running& running) {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
    return failure(ErrorKind::kUsage,
                   text::format(_("'%s' has a terminal, and here is none"), running.record.id.c_str()));
  }
  print_note(_("^P ^Q gives the terminal back"));
  return status_of(TRY(host::attach_to(running, {.takes_terminal = true})), running);
}

Result<int> read_log(const facts::Facts& facts, const host::Running& running) {
  auto log = TRY(host::LogReader::open(host::log_file(facts, running.record.id), 0));
  const auto show = [&log] {
    for (auto text = log.read(); text && !text->empty(); text = log.read()) print_text(*text);
    (void)flush_output();  // the end of the verb tells
  };
  return status_of(
      TRY(host::attach_to(running, {.takes_terminal = false, .changes = log.changes(), .on_change = show})), running);
}

Result<int> read_journal(const host::Running& running) {
  const os::Process journal = TRY(follow_journal(running.record.scope));
  const auto outcome = TRY(host::attach_to(running, {}));
  pollfd ended{.fd = journal.pidfd(), .events = POLLIN, .revents = 0};
  (void)::poll(&ended, 1, kJournalPatience);
  return status_of(outcome, running);
}

}  // namespace

Result<int> attach(const std::string& name) {
  const facts::Facts facts = TRY(host::probe());
  const host::Running running = TRY(find(facts, name));
  const plan::Plan plan = TRY(host::read_plan(running.directory));
  if (plan.sandbox.has_terminal) return take_terminal(running);
  if (os::exists(host::log_file(facts, running.record.id))) return read_log(facts, running);
  if (!running.record.scope.empty()) return read_journal(running);
  print_note(text::format(_("what '%s' prints goes to where it was started"), running.record.id.c_str()));
  return status_of(TRY(host::attach_to(running, {})), running);
}

}  // namespace hutch::app
