#include "core/portal/bus_rules.h"

#include <algorithm>

#include "core/portal/box_names.h"
#include "core/portal/table.h"

namespace hutch::portal {

namespace {

using profile::Grant;
using profile::Kind;
using profile::Profile;

bool grants(const Profile& profile, Kind kind, std::string_view name) {
  return std::ranges::any_of(profile.grants,
                             [&](const Grant& grant) { return grant.kind == kind && grant.name == name; });
}

bool has_portals(const Profile& profile) {
  return std::ranges::any_of(profile.grants, [](const Grant& grant) { return grant.kind == Kind::kPortal; });
}

bool has_network(const Profile& profile) {
  return std::ranges::any_of(profile.grants,
                             [](const Grant& grant) { return grant.kind == Kind::kNetwork && grant.access != "none"; });
}

bool is_triggered(const TableRule& rule, const Profile& profile) {
  switch (rule.trigger) {
    case Trigger::kPortal:
      return grants(profile, Kind::kPortal, rule.name) || grants(profile, Kind::kPortal, "all");
    case Trigger::kFeature:
      return grants(profile, Kind::kFeature, rule.name);
    case Trigger::kBase:
      return has_portals(profile);
    case Trigger::kNetwork:
      return has_portals(profile) && has_network(profile);
  }
  return false;
}

std::vector<std::string> from_table(const Profile& profile, plan::Bus bus) {
  std::vector<std::string> rules;
  for (const TableRule& rule : table()) {
    if (rule.bus == bus && is_triggered(rule, profile)) rules.emplace_back(rule.option);
  }
  return rules;
}

// "call:METHOD@/path" as the proxy's option. A rule for every method of a path is spelled "*@/path".
std::string call_option(const Grant& grant) {
  const std::string_view rule = std::string_view(grant.access).substr(std::string_view("call:").size());
  const char* const method = rule.empty() || rule.front() == '@' ? "*" : "";
  return "--call=" + grant.name + "=" + method + std::string(rule);
}

std::vector<std::string> from_names(const Profile& profile, Kind kind) {
  std::vector<std::string> rules;
  for (const Grant& grant : profile.grants) {
    if (grant.kind != kind || (kind == Kind::kSessionBus && grant.access == "own")) continue;
    rules.push_back(grant.access.starts_with("call:") ? call_option(grant) : "--" + grant.access + "=" + grant.name);
  }
  return rules;
}

// Of the session bus, on which the app may own names.
std::vector<std::string> own_rules(const Profile& profile) {
  const std::string part = box_part(profile);
  std::vector<std::string> rules;
  for (const std::string& name : own_names(profile)) rules.push_back("--own=" + in_box(name, part));
  return rules;
}

void append(std::vector<std::string>& to, std::vector<std::string> from) {
  std::ranges::move(from, std::back_inserter(to));
}

// Sorted, each once, behind the option that turns filtering on.
std::vector<std::string> filtered(std::vector<std::string> rules) {
  std::ranges::sort(rules);
  const auto repeated = std::ranges::unique(rules);
  rules.erase(repeated.begin(), repeated.end());
  rules.insert(rules.begin(), "--filter");
  return rules;
}

}  // namespace

HostPath bus_socket(const HostPath& instance_directory, plan::Bus bus) {
  switch (bus) {
    case plan::Bus::kSession:
      return instance_directory / "bus/session";
    case plan::Bus::kSystem:
      return instance_directory / "bus/system";
    case plan::Bus::kAccessibility:
      break;
  }
  return instance_directory / "bus/accessibility";
}

std::optional<std::vector<std::string>> session_bus_rules(const Profile& profile) {
  if (grants(profile, Kind::kSocket, "session-bus")) return std::vector<std::string>{};
  std::vector<std::string> rules = from_table(profile, plan::Bus::kSession);
  append(rules, from_names(profile, Kind::kSessionBus));
  std::vector<std::string> own = own_rules(profile);
  if (rules.empty() && own.size() == 1) return std::nullopt;  // its id alone is no reason for a bus
  append(rules, std::move(own));
  return filtered(std::move(rules));
}

std::optional<std::vector<std::string>> system_bus_rules(const Profile& profile) {
  if (grants(profile, Kind::kSocket, "system-bus")) return std::vector<std::string>{};
  std::vector<std::string> rules = from_table(profile, plan::Bus::kSystem);
  append(rules, from_names(profile, Kind::kSystemBus));
  if (rules.empty()) return std::nullopt;
  return filtered(std::move(rules));
}

std::optional<std::vector<std::string>> accessibility_bus_rules(const Profile& profile) {
  std::vector<std::string> rules = from_table(profile, plan::Bus::kAccessibility);
  if (rules.empty()) return std::nullopt;
  rules = filtered(std::move(rules));
  rules.insert(rules.begin() + 1, "--sloppy-names");  // the registry names programs by their unique names
  return rules;
}

}  // namespace hutch::portal
