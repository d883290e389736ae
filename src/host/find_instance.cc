#include <poll.h>

#include <algorithm>
#include <cerrno>

#include "base/i18n.h"
#include "base/text.h"
#include "host/instance_locks.h"
#include "host/instances.h"
#include "os/process.h"

namespace hutch::host {
namespace {

bool goes_by(const instance::Record& record, std::string_view name) {
  if (name == record.profile.str() || name == record.app.str()) return true;
  return !record.box.empty() && name == record.profile.str() + "@" + record.box.str();
}

Error nothing_runs(std::string_view name, const std::vector<Running>& all) {
  std::vector<std::string_view> names;
  for (const Running& one : all) {
    names.emplace_back(one.record.id.str());
    names.emplace_back(one.record.profile.str());
    names.emplace_back(one.record.app.str());
  }
  Error error{.kind = ErrorKind::kNotFound,
              .code = 0,
              .message = text::format(_("no running instance '%s'"), text::printable(name).c_str()),
              .context = {},
              .hint = _("'hutch ps' lists what runs")};
  if (const auto near = text::nearest(name, names)) {
    error.hint = text::format(_("did you mean '%s'?"), text::printable(*near).c_str());
  }
  return error;
}

}  // namespace

Result<std::vector<Running>> find_instances(const facts::Facts& facts, std::string_view name) {
  const std::vector<Running> all = TRY(list_instances(facts));
  std::vector<Running> found;
  for (const Running& one : all) {
    if (one.record.id.str() == name) return std::vector{one};
    if (goes_by(one.record, name)) found.push_back(one);
  }
  if (found.empty()) return unexpected(nothing_runs(name, all));
  return found;
}

Result<Running> find_instance(const facts::Facts& facts, std::string_view name) {
  std::vector<Running> found = TRY(find_instances(facts, name));
  if (found.size() == 1) return std::move(found.front());
  std::vector<std::string> ids;
  for (const Running& one : found) ids.push_back(one.record.id.str());
  return failure(
      ErrorKind::kConflict,
      text::format(_("'%s' means several instances: %s"), text::printable(name).c_str(), text::join(ids, ", ").c_str()),
      _("name one by its id"));
}

Result<std::optional<os::Fd>> open_supervisor(const Running& instance) {
  auto pidfd = os::open_pidfd(instance.record.supervisor);
  if (!pidfd) {
    if (pidfd.error().code == ESRCH) return std::optional<os::Fd>();
    return unexpected(std::move(pidfd).error());
  }
  // Read behind the pidfd: a pid that was reused before shows another start, one that is reused later is not ours.
  const auto started = start_time(instance.record.supervisor);
  if (started && *started != instance.record.supervisor_start) return std::optional<os::Fd>();
  if (!TRY(is_locked(instance.directory))) return std::optional<os::Fd>();
  return std::optional(std::move(*pidfd));
}

Result<bool> wait_for_end(const Running& instance, std::optional<std::chrono::milliseconds> timeout) {
  const std::optional<os::Fd> supervisor = TRY(open_supervisor(instance));
  if (!supervisor) return true;
  const auto deadline = std::chrono::steady_clock::now() + timeout.value_or(std::chrono::milliseconds(0));
  while (true) {
    int patience = -1;
    if (timeout) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      patience = static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
    }
    pollfd watched{.fd = supervisor->get(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&watched, 1, patience);
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return unexpected(system_error(errno, _("cannot wait for an instance")));
  }
}

}  // namespace hutch::host
