#include "core/compose/remedy.h"

#include <algorithm>
#include <array>
#include <functional>

#include "core/portal/bus_rules.h"
#include "core/profile/precedence.h"
#include "core/profile/vocabulary.h"
#include "core/seccomp/policy.h"

namespace hutch::compose {
namespace {

using profile::Grant;
using profile::Kind;
using profile::Profile;

Grant grant_of(Kind kind, std::string name, std::string access = {}) {
  return {.kind = kind, .name = std::move(name), .access = std::move(access), .rank = profile::Rank::kCommandLine};
}

Profile with(const Profile& profile, const Grant& grant) {
  Profile wider = profile;
  wider.grants.push_back(grant);
  std::sort(wider.grants.begin(), wider.grants.end(), profile::comes_before);
  return wider;
}

// "--talk=org.example.*" and a name at or below it.
bool covers(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with(".*")) return pattern == name;
  pattern.remove_suffix(2);
  return name == pattern || (name.starts_with(pattern) && name.substr(pattern.size()).starts_with('.'));
}

std::vector<std::string> rules_of(const Profile& profile, bool is_system_name) {
  auto rules = is_system_name ? portal::system_bus_rules(profile) : portal::session_bus_rules(profile);
  return rules ? std::move(*rules) : std::vector<std::string>{"--filter"};
}

// "all" and what opens more than the one thing asked for are no remedies.
bool is_too_much(std::string_view name) {
  static constexpr std::array<std::string_view, 3> kWide = {"all", "nested-sandbox", "devel"};
  return std::find(kWide.begin(), kWide.end(), name) != kWide.end();
}

}  // namespace

BusNeed need_of(std::string_view member) {
  if (member == "org.freedesktop.DBus.RequestName") return BusNeed::kOwn;
  if (member == "org.freedesktop.DBus.NameHasOwner" || member == "org.freedesktop.DBus.GetNameOwner") {
    return BusNeed::kSee;
  }
  return BusNeed::kTalk;
}

bool allows(const std::vector<std::string>& rules, std::string_view name, BusNeed need) {
  if (rules.empty()) return true;  // unfiltered
  static constexpr std::array<std::string_view, 4> kOptions = {"--see=", "--call=", "--talk=", "--own="};
  const std::size_t least = need == BusNeed::kSee ? 0 : need == BusNeed::kTalk ? 2 : 3;
  return std::any_of(rules.begin(), rules.end(), [&](std::string_view rule) {
    for (std::size_t index = least; index < kOptions.size(); ++index) {
      if (!rule.starts_with(kOptions[index])) continue;
      const std::string_view pattern = rule.substr(kOptions[index].size());
      return covers(pattern.substr(0, pattern.find('=')), name);
    }
    return false;
  });
}

std::vector<Grant> remedies_of_name(const Profile& profile, std::string_view name, BusNeed need, bool is_system_name) {
  std::vector<Grant> remedies;
  for (const Kind kind : {Kind::kPortal, Kind::kFeature}) {
    for (const std::string_view word : profile::names_of(kind)) {
      const Grant grant = grant_of(kind, std::string(word));
      if (is_too_much(word) || profile.has(kind, word)) continue;
      // A part of a name may do: `--call=` gives what the feature is for.
      const BusNeed enough = need == BusNeed::kTalk ? BusNeed::kSee : need;
      const bool had = allows(rules_of(profile, is_system_name), name, enough);
      if (!had && allows(rules_of(with(profile, grant), is_system_name), name, enough)) remedies.push_back(grant);
    }
  }
  if (!remedies.empty()) return remedies;
  const char* const access = need == BusNeed::kOwn ? "own" : need == BusNeed::kTalk ? "talk" : "see";
  return {grant_of(is_system_name ? Kind::kSystemBus : Kind::kSessionBus, std::string(name), access)};
}

std::vector<Grant> remedies_of_call(const Profile& profile, const std::string& name) {
  std::vector<Grant> remedies;
  const plan::SeccompPolicy known = seccomp::policy_for(profile);
  // Allowed with other arguments: those of a new user namespace are a feature's.
  const bool makes_namespaces = name == "clone" || name == "unshare";
  if (makes_namespaces && !known.allows_new_userns) return {grant_of(Kind::kFeature, "nested-userns")};
  if (std::ranges::binary_search(known.allowed, name)) return remedies;
  for (const std::string_view word : profile::names_of(Kind::kFeature)) {
    const Grant grant = grant_of(Kind::kFeature, std::string(word));
    const plan::SeccompPolicy policy = seccomp::policy_for(with(profile, grant));
    if (std::ranges::binary_search(policy.allowed, name)) remedies.push_back(grant);
  }
  const auto is_narrow = [](const Grant& grant) { return !is_too_much(grant.name); };
  if (std::ranges::any_of(remedies, is_narrow)) std::erase_if(remedies, std::not_fn(is_narrow));
  return remedies;
}

}  // namespace hutch::compose
