#include "base/overloaded.h"
#include "core/plan/describe.h"
#include "core/plan/rlimits.h"
#include "core/plan/words.h"

namespace hutch::plan {
namespace {

Json paths(const std::vector<HostPath>& list) {
  Json array = Json::array();
  for (const HostPath& path : list) array.push_back(path.str());
  return array;
}

Json ranges(const std::vector<IdRange>& list) {
  Json array = Json::array();
  for (const IdRange& range : list) {
    array.push_back(Json{{"inside", range.inside}, {"outside", range.outside}, {"count", range.count}});
  }
  return array;
}

Json step_json(const Bind& it) {
  Json json{{"act", "bind"},
            {"source", it.source.str()},
            {"target", it.target.str()},
            {"type", word_of(it.type)},
            {"writable", it.access == BindAccess::kReadWrite},
            {"executable", it.executable},
            {"devices", it.devices}};
  if (it.fallback) json["fallback"] = it.fallback->str();
  return json;
}
Json step_json(const Tmpfs& it) {
  return {{"act", "tmpfs"},
          {"target", it.target.str()},
          {"size", it.size},
          {"inodes", it.inodes},
          {"mode", it.mode},
          {"executable", it.executable},
          {"set-user-id", it.set_user_id}};
}
Json step_json(const Proc& it) {
  return {{"act", "proc"}, {"target", it.target.str()}, {"masked", it.masked}};
}
Json step_json(const Dev& it) {
  return {{"act", "dev"}, {"target", it.target.str()}, {"shm-size", it.shm_size}};
}
Json step_json(const Dir& it) {
  return {{"act", "directory"}, {"target", it.target.str()}, {"mode", it.mode}};
}
Json step_json(const File& it) {
  return {{"act", "file"}, {"target", it.target.str()}, {"mode", it.mode}, {"content", it.content}};
}
Json step_json(const Symlink& it) {
  return {{"act", "link"}, {"target", it.target.str()}, {"points-to", it.points_to}};
}
Json step_json(const Mask& it) {
  return {{"act", "mask"}, {"target", it.target.str()}};
}
Json step_json(const Seal& it) {
  return {{"act", "seal"}, {"target", it.target.str()}};
}
Json step_json(const AwaitHelpers&) {
  return {{"act", "wait-for-helpers"}};
}
Json step_json(const ControlGroups& it) {
  return {{"act", "cgroups"}, {"target", it.target.str()}};
}

Json namespaces_json(const Namespaces& namespaces) {
  Json json{{"own", namespace_words(namespaces)}, {"uid", namespaces.uid}, {"gid", namespaces.gid}};
  if (namespaces.uts) json["host-name"] = namespaces.hostname;
  if (namespaces.time) json["clock-offset"] = namespaces.boottime_offset;
  if (namespaces.maps_to_root) json["maps-to-root"] = true;
  if (!namespaces.uid_ranges.empty()) json["uid-ranges"] = ranges(namespaces.uid_ranges);
  if (!namespaces.gid_ranges.empty()) json["gid-ranges"] = ranges(namespaces.gid_ranges);
  return json;
}

Json command_json(const Sandbox& sandbox) {
  return {{"program", sandbox.command.program},
          {"arguments", sandbox.command.arguments},
          {"directory", sandbox.command.directory.str()},
          {"terminal", sandbox.has_terminal}};
}

Json steps_json(const Sandbox& sandbox) {
  Json steps = Json::array();
  for (const Step& step : sandbox.steps) {
    steps.push_back(std::visit([](const auto& it) { return step_json(it); }, step));
  }
  return steps;
}

Json environment_json(const Sandbox& sandbox) {
  Json json = Json::object();
  for (const std::string& entry : sandbox.environment) {
    const std::size_t equals = entry.find('=');
    json[entry.substr(0, equals)] = equals == std::string::npos ? "" : entry.substr(equals + 1);
  }
  return json;
}

Json seccomp_json(const SeccompPolicy& policy) {
  Json json{{"allowed", policy.allowed},
            {"answer-enosys", policy.answer_enosys},
            {"new-user-namespaces", policy.allows_new_userns},
            {"ptrace", policy.allows_ptrace},
            {"foreign-abi", policy.foreign_abi},
            {"socket-families", policy.socket_families},
            {"netlink-protocols", policy.netlink_protocols}};
  if (!policy.answer_success.empty()) json["answer-success"] = policy.answer_success;
  return json;
}

Json landlock_json(const Landlock& landlock) {
  Json rules = Json::array();
  for (const LandlockRule& rule : landlock.rules) {
    rules.push_back(Json{{"path", rule.path.str()}, {"access", word_of(rule.access)}});
  }
  return {{"files", landlock.files},
          {"signals", landlock.scope_signals},
          {"abstract-sockets", landlock.scope_abstract},
          {"rules", std::move(rules)}};
}

Json bounds_json(const Sandbox& sandbox) {
  Json resources = Json::object();
  for (const ResourceLimit& limit : sandbox.resource_limits) {
    resources[name_of_limit(limit.resource)] = Json{{"soft", limit.soft}, {"hard", limit.hard}};
  }
  Json namespaces = Json::object();
  for (const NamespaceLimit& limit : sandbox.namespace_limits) namespaces[limit.name] = limit.value;
  return {{"resources", std::move(resources)}, {"namespaces", std::move(namespaces)},
          {"root-size", sandbox.root_size},    {"oom-score", sandbox.oom_score_adjust},
          {"time", sandbox.watch.time_limit},  {"idle", sandbox.watch.idle_limit}};
}

Json network_json(const Plan& plan) {
  Json rules = Json::array();
  for (const NetworkRule& rule : plan.sandbox.network_rules) {
    rules.push_back(Json{{"address", rule.address}, {"prefix", rule.prefix}, {"allow", rule.allow}});
  }
  return {{"mode", plan.network_mode}, {"rules", std::move(rules)}};
}

Json helper_json(const Helper& helper) {
  return std::visit(
      overloaded{
          [](const BusProxy& proxy) {
            Json buses = Json::array();
            for (const ProxiedBus& bus : proxy.buses) {
              buses.push_back(Json{{"bus", word_of(bus.bus)},
                                   {"address", bus.address},
                                   {"socket", bus.socket.str()},
                                   {"rules", bus.rules}});
            }
            Json json{{"helper", "bus-proxy"}, {"buses", std::move(buses)}};
            if (proxy.names) json["names"] = proxy.names->command.arguments;
            return json;
          },
          [](const Pasta& pasta) {
            return Json{{"helper", "pasta"}, {"program", pasta.program}, {"arguments", pasta.arguments}};
          },
          [](const WaylandContext& context) {
            return Json{
                {"helper", "wayland"}, {"compositor", context.compositor.str()}, {"socket", context.socket.str()}};
          },
          [](const Documents& documents) {
            Json grants = Json::array();
            for (const DocumentGrant& grant : documents.grants) {
              grants.push_back(
                  Json{{"file", grant.file.str()}, {"writable", grant.is_writable}, {"argument", grant.argument}});
            }
            return Json{{"helper", "documents"}, {"grants", std::move(grants)}};
          },
      },
      helper);
}

Json scope_json(const Scope& scope) {
  Json limits = Json::object();
  const auto add = [&](const char* name, const auto& value) {
    if (value) limits[name] = *value;
  };
  add("memory", scope.limits.memory);
  add("memory-high", scope.limits.memory_high);
  add("swap", scope.limits.swap);
  add("cpu-percent", scope.limits.cpu_percent);
  add("cpu-weight", scope.limits.cpu_weight);
  add("tasks", scope.limits.tasks);
  add("io-weight", scope.limits.io_weight);
  const auto add_bandwidth = [&](const char* name, const std::optional<Bandwidth>& value) {
    if (value) limits[name] = Json{{"path", value->path.str()}, {"rate", value->rate}};
  };
  add_bandwidth("io-read", scope.limits.io_read);
  add_bandwidth("io-write", scope.limits.io_write);
  if (!scope.limits.oomd.empty()) limits["oomd"] = scope.limits.oomd;
  return {{"name", scope.name},
          {"slice", scope.slice},
          {"description", scope.description},
          {"documentation", scope.documentation},
          {"limits", std::move(limits)}};
}

}  // namespace

Json to_json(const Plan& plan) {
  Json json{{"profile", plan.profile.str()},
            {"box", plan.box.empty() ? "default" : plan.box.str()},
            {"app-id", plan.app.str()},
            {"instance", plan.instance.str()},
            {"instance-directory", plan.instance_directory.str()},
            {"command", command_json(plan.sandbox)},
            {"network", network_json(plan)},
            {"scope", nullptr},
            {"weakenings", plan.weakenings},
            {"warnings", plan.warnings},
            {"directories", paths(plan.directories)},
            {"remove-at-end", paths(plan.sandbox.remove_at_end)},
            {"namespaces", namespaces_json(plan.sandbox.namespaces)},
            {"system", nullptr},
            {"steps", steps_json(plan.sandbox)},
            {"environment", environment_json(plan.sandbox)},
            {"helpers", Json::array()},
            {"identity", nullptr},
            {"seccomp", seccomp_json(plan.seccomp)},
            {"landlock", landlock_json(plan.sandbox.landlock)},
            {"bounds", bounds_json(plan.sandbox)}};
  if (plan.sandbox.system) {
    const Overlay& root = *plan.sandbox.system;
    json["system"] =
        Json{{"layers", paths(root.lowers)}, {"upper", root.upper.str()}, {"capabilities", plan.sandbox.capabilities}};
  }
  if (plan.scope) json["scope"] = scope_json(*plan.scope);
  for (const Helper& helper : plan.helpers) json["helpers"].push_back(helper_json(helper));
  if (plan.identity) {
    json["identity"] = Json{{"app-id", plan.identity->app.str()},
                            {"directory", plan.identity->directory.str()},
                            {"info", plan.identity->info}};
  }
  return json;
}

}  // namespace hutch::plan
