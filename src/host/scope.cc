#include "host/scope.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"

namespace hutch::host {
namespace {

constexpr std::size_t kSmallFile = 4096;
constexpr std::uint64_t kMicrosecondsPerPercent = 10000;  // of one second: 100 % is one core

std::vector<UnitProperty> properties_of(const plan::Limits& limits) {
  std::vector<UnitProperty> properties;
  const auto add = [&](const char* name, auto limit, std::uint64_t factor = 1) {
    if (!limit) return;
    const auto value = static_cast<std::uint64_t>(*limit);
    properties.push_back({.name = name, .value = value == plan::kUnlimited ? value : value * factor});
  };
  add("MemoryMax", limits.memory);
  add("MemoryHigh", limits.memory_high);
  add("MemorySwapMax", limits.swap);
  add("CPUQuotaPerSecUSec", limits.cpu_percent, kMicrosecondsPerPercent);
  add("CPUWeight", limits.cpu_weight);
  add("TasksMax", limits.tasks);
  add("IOWeight", limits.io_weight);
  const auto add_bandwidth = [&](const char* name, const std::optional<plan::Bandwidth>& limit) {
    if (limit) properties.push_back({.name = name, .value = DeviceRates{{limit->path.str(), limit->rate}}});
  };
  add_bandwidth("IOReadBandwidthMax", limits.io_read);
  add_bandwidth("IOWriteBandwidthMax", limits.io_write);
  if (!limits.oomd.empty()) properties.push_back({.name = "ManagedOOMPreference", .value = limits.oomd});
  return properties;
}

TransientUnit unit_of(const plan::Scope& scope, const std::vector<pid_t>& processes) {
  TransientUnit unit{.name = scope.name, .properties = {}, .processes = processes};
  const auto add = [&](const char* name, auto value) {
    unit.properties.push_back({.name = name, .value = std::move(value)});
  };
  add("Slice", scope.slice);
  add("Description", scope.description);
  if (!scope.documentation.empty()) add("Documentation", std::vector<std::string>{scope.documentation});
  add("CollectMode", std::string("inactive-or-failed"));
  for (UnitProperty& property : properties_of(scope.limits)) unit.properties.push_back(std::move(property));
  return unit;
}

Status check_controllers(const plan::Limits& limits, const std::string& control_group) {
  const std::vector<std::string> present = controllers_of(control_group);
  for (const NeededController& needed : needed_controllers(limits)) {
    if (std::ranges::find(present, needed.name) != present.end()) continue;
    return failure(ErrorKind::kDenied,
                   text::format(_("cannot enforce %s: the user manager was not given the '%s' controller"),
                                needed.limit.c_str(), needed.name.c_str()),
                   text::format(_("delegate it: 'systemctl edit user@.service' with Delegate=%s, then log in again; "
                                  "'hutch doctor' shows what there is"),
                                "cpu io memory pids"));
  }
  return {};
}

}  // namespace

std::vector<NeededController> needed_controllers(const plan::Limits& limits) {
  std::vector<NeededController> result;
  // What lifts a limit needs nobody to enforce it.
  const auto add = [&](const char* controller, const char* option, auto limit) {
    if (limit && static_cast<std::uint64_t>(*limit) != plan::kUnlimited) result.push_back({controller, option});
  };
  add("memory", "--memory", limits.memory);
  add("memory", "--memory-high", limits.memory_high);
  add("memory", "--swap", limits.swap);
  add("cpu", "--cpu", limits.cpu_percent);
  add("cpu", "--cpu-weight", limits.cpu_weight);
  add("pids", "--tasks", limits.tasks);
  add("io", "--io-weight", limits.io_weight);
  if (limits.io_read) result.push_back({"io", "--io-read"});
  if (limits.io_write) result.push_back({"io", "--io-write"});
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
  // The scope of the run before, of a toolbox that starts again: the manager forgets it in a moment.
  constexpr int kAttempts = 150;
  constexpr timespec kPause = {.tv_sec = 0, .tv_nsec = 20'000'000};
  for (int attempt = 0;; ++attempt) {
    const Status there = manager_.await_unit();
    if (there) break;
    if (there.error().kind != ErrorKind::kConflict || attempt == kAttempts) return there;
    (void)::nanosleep(&kPause, nullptr);  // cut short, it is tried sooner
    TRY(begin(scope));
  }
  if (needed_controllers(scope.limits).empty()) return {};
  return check_controllers(scope.limits, TRY(manager_.control_group_of(scope.name)));
}

Status StartingScope::admit(const plan::Scope& scope, const std::vector<pid_t>& processes) {
  return manager_.attach(scope.name, processes);
}

Status change_limits(const HostPath& runtime_directory, const std::string& unit, const plan::Limits& limits) {
  UserBus manager = TRY(UserBus::open_user_manager(runtime_directory));
  if (TRY(manager.control_group_of(unit)).empty()) {
    return failure(ErrorKind::kNotFound, text::format(_("the unit '%s' does not run"), unit.c_str()),
                   _("'hutch ps' lists what runs"));
  }
  // The unit's own cgroup has a controller only once a limit asks for it.
  const std::string delegated = TRY(manager.own_control_group());
  TRY(check_controllers(limits, delegated));
  return manager.set_properties(unit, properties_of(limits));
}

Status freeze(const HostPath& runtime_directory, const std::string& unit, bool is_frozen) {
  UserBus manager = TRY(UserBus::open_user_manager(runtime_directory));
  return manager.freeze(unit, is_frozen);
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
