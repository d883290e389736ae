#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/text.h"
#include "host/history.h"
#include "host/instances.h"
#include "host/probe.h"
#include "os/file.h"

namespace hutch::app {
namespace {

constexpr const char* kJournal = "/usr/bin/journalctl";

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The unit of a running instance, or of the last run that went by this name.
Result<std::string> unit_of(const facts::Facts& facts, const std::string& name) {
  auto running = host::find_instance(facts, name);
  if (running) return running->record.scope;
  if (running.error().kind != ErrorKind::kNotFound) return unexpected(std::move(running).error());
  const std::vector<Json> runs = TRY(host::read_history(facts));
  const auto last = std::find_if(runs.rbegin(), runs.rend(), [&](const Json& run) {
    return name == text_at(run, "id") || name == text_at(run, "app") || name == text_at(run, "profile");
  });
  if (last == runs.rend()) return unexpected(std::move(running).error());
  return text_at(*last, "scope");
}

}  // namespace

Result<int> logs(const std::string& name, const std::string& lines, bool follows) {
  const facts::Facts facts = TRY(host::probe());
  const std::string unit = TRY(unit_of(facts, name));
  if (unit.empty()) {
    return failure(
        ErrorKind::kUnavailable,
        text::format(_("'%s' has no scope, so the journal does not know its lines"), text::printable(name).c_str()),
        _("what it prints is where it was started"));
  }
  std::string unit_option = "--user-unit=" + unit;
  std::string lines_option = "--lines=" + lines;
  std::array<std::string, 4> words = {"journalctl", "--no-pager", std::move(unit_option), std::move(lines_option)};
  std::string follow = "--follow";
  std::array<char*, 6> arguments = {
      words[0].data(), words[1].data(), words[2].data(), words[3].data(), follows ? follow.data() : nullptr, nullptr};
  (void)::execv(kJournal, arguments.data());  // comes back on failure only
  return unexpected(system_error(errno, text::format(_("cannot run '%s'"), kJournal))
                        .with_hint(_("logs are kept by systemd's journal")));
}

}  // namespace hutch::app
