#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "app/print.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "host/history.h"
#include "host/instances.h"
#include "host/output.h"
#include "host/probe.h"
#include "os/file.h"

namespace hutch::app {
namespace {

constexpr const char* kJournal = "/usr/bin/journalctl";

// An instance that runs, or the last run that went by its name.
struct Subject {
  InstanceId id;
  std::string unit;
  std::optional<os::Fd> supervisor;  // of one that runs
};

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<Subject> find_subject(const facts::Facts& facts, const std::string& name) {
  auto running = host::find_instance(facts, name);
  if (running) {
    return Subject{
        .id = running->record.id, .unit = running->record.scope, .supervisor = TRY(host::open_supervisor(*running))};
  }
  if (running.error().kind != ErrorKind::kNotFound) return unexpected(std::move(running).error());
  const std::vector<Json> runs = TRY(host::read_history(facts));
  const auto last = std::find_if(runs.rbegin(), runs.rend(), [&](const Json& run) {
    return name == text_at(run, "id") || name == text_at(run, "app") || name == text_at(run, "profile");
  });
  if (last == runs.rend()) return unexpected(std::move(running).error());
  return Subject{
      .id = TRY(InstanceId::parse(text_at(*last, "id"))), .unit = text_at(*last, "scope"), .supervisor = std::nullopt};
}

Result<int> become_journal(const std::string& unit, std::optional<std::size_t> lines, bool follows) {
  std::array<std::string, 4> words = {"journalctl", "--no-pager", "--user-unit=" + unit,
                                      "--lines=" + (lines ? std::to_string(*lines) : "all")};
  std::string follow = "--follow";
  std::array<char*, 6> arguments = {
      words[0].data(), words[1].data(), words[2].data(), words[3].data(), follows ? follow.data() : nullptr, nullptr};
  (void)::execv(kJournal, arguments.data());  // comes back on failure only
  return unexpected(system_error(errno, text::format(_("cannot run '%s'"), kJournal))
                        .with_hint(_("logs are kept by systemd's journal")));
}

Status print_new_lines(host::LogReader& log) {
  while (true) {
    const std::string more = TRY(log.read());
    if (more.empty()) break;
    print_text(more);
  }
  (void)flush_output();  // the end of the verb tells
  return {};
}

Result<int> print_log(const HostPath& file, const Subject& subject, std::optional<std::size_t> lines, bool follows) {
  auto log = TRY(host::LogReader::open(file, lines));
  TRY(print_new_lines(log));
  pollfd polled[] = {{.fd = log.changes(), .events = POLLIN, .revents = 0},
                     {.fd = subject.supervisor ? subject.supervisor->get() : -1, .events = POLLIN, .revents = 0}};
  while (follows && subject.supervisor && polled[1].revents == 0) {
    if (::poll(polled, 2, -1) < 0 && errno != EINTR) return unexpected(system_error(errno, _("cannot wait for lines")));
    TRY(print_new_lines(log));
  }
  return kSucceeded;
}

}  // namespace

Result<int> logs(const std::string& name, std::optional<std::size_t> lines, bool follows) {
  const facts::Facts facts = TRY(host::probe());
  const Subject subject = TRY(find_subject(facts, name));
  const HostPath file = host::log_file(facts, subject.id);
  if (os::exists(file)) return print_log(file, subject, lines, follows);
  if (!subject.unit.empty()) return become_journal(subject.unit, lines, follows);
  return failure(
      ErrorKind::kUnavailable,
      text::format(_("what '%s' prints is not kept: it goes to where it was started"), text::printable(name).c_str()),
      _("the journal or a log has what apps print that were not started in a terminal"));
}

}  // namespace hutch::app
