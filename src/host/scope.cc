#include "host/scope.h"

#include <unistd.h>

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr std::size_t kSmallFile = 4096;
constexpr std::uint64_t kMicrosecondsPerPercent = 10000;  // of one second: 100 % is one core

TransientUnit unit_of(const plan::Scope& scope, const std::vector<pid_t>& processes) {
  TransientUnit unit{.name = scope.name, .properties = {}, .processes = processes};
  const auto add = [&](const char* name, auto value) {
    unit.properties.push_back({.name = name, .value = std::move(value)});
  };
  add("Slice", scope.slice);
  add("Description", scope.description);
  if (!scope.documentation.empty()) add("Documentation", std::vector<std::string>{scope.documentation});
  add("CollectMode", std::string("inactive-or-failed"));
  const plan::Limits& limits = scope.limits;
  const auto add_limit = [&](const char* name, auto limit, std::uint64_t factor = 1) {
    if (limit) add(name, static_cast<std::uint64_t>(*limit) * factor);
  };
  add_limit("MemoryMax", limits.memory);
  add_limit("MemoryHigh", limits.memory_high);
  add_limit("MemorySwapMax", limits.swap);
  add_limit("CPUQuotaPerSecUSec", limits.cpu_percent, kMicrosecondsPerPercent);
  add_limit("CPUWeight", limits.cpu_weight);
  add_limit("TasksMax", limits.tasks);
  add_limit("IOWeight", limits.io_weight);
  return unit;
}

Status check_controllers(const plan::Limits& limits, const std::string& control_group) {
  const std::vector<std::string> present = controllers_of(control_group);
  for (const NeededController& needed : needed_controllers(limits)) {
    if (std::ranges::find(present, needed.name) != present.end()) continue;
    return failure(ErrorKind::kDenied,
                   text::format(_("cannot enforce %s: the user manager was not given the '%s' controller"),
                                needed.limit.c_str(), needed.name.c_str()),
                   text::format(_("delegate it: 'systemctl edit user@.service' with Delegate=%s, then log in again"),
                                "cpu io memory pids"));
  }
  return {};
}

}  // namespace

std::vector<NeededController> needed_controllers(const plan::Limits& limits) {
  std::vector<NeededController> result;
  if (limits.memory) result.push_back({"memory", "--memory"});
  if (limits.memory_high) result.push_back({"memory", "memory-high"});
  if (limits.swap) result.push_back({"memory", "swap"});
  if (limits.cpu_percent) result.push_back({"cpu", "--cpu"});
  if (limits.cpu_weight) result.push_back({"cpu", "cpu-weight"});
  if (limits.tasks) result.push_back({"pids", "--tasks"});
  if (limits.io_weight) result.push_back({"io", "--io-weight"});
  return result;
}

std::vector<std::string> controllers_of(const std::string& control_group) {
  // The hybrid layout has the v2 hierarchy one level down (systemd's docs/CGROUP_DELEGATION.md).
  for (const char* const root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    const auto file = HostPath::parse(root + control_group + "/cgroup.controllers");
    if (!file) continue;
    const auto content = os::read_file(*file, kSmallFile);
    if (!content) continue;
    std::vector<std::string> result;
    for (const std::string_view name : text::split(text::trim(*content), ' ')) {
      if (!name.empty()) result.emplace_back(name);
    }
    return result;
  }
  return {};
}

Result<StartingScope> StartingScope::greet(const HostPath& runtime_directory) {
  return StartingScope(TRY(UserBus::open_user_manager(runtime_directory)));
}

Status StartingScope::begin(const plan::Scope& scope) {
  TransientUnit unit = unit_of(scope, {::getpid()});
  // None of them: being delegated is what lets processes be added later (systemd.resource-control(5)).
  unit.properties.push_back({.name = "DelegateControllers", .value = std::vector<std::string>{}});
  return manager_.ask_for_unit(unit);
}

Status StartingScope::await(const plan::Scope& scope) {
  TRY(manager_.await_unit());
  if (needed_controllers(scope.limits).empty()) return {};
  return check_controllers(scope.limits, TRY(manager_.control_group_of(scope.name)));
}

Status StartingScope::admit(const plan::Scope& scope, const std::vector<pid_t>& processes) {
  return manager_.attach(scope.name, processes);
}

Result<std::string> try_scope(const HostPath& runtime_directory) {
  const pid_t self = ::getpid();
  const plan::Scope scope{.name = text::format("hutch-doctor-%d.scope", self), .description = "hutch doctor"};
  UserBus manager = TRY(UserBus::open_user_manager(runtime_directory));
  TRY(manager.ask_for_unit(unit_of(scope, {self})));
  TRY(manager.await_unit());
  return manager.control_group_of(scope.name);
}

}  // namespace hutch::host
