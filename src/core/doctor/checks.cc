#include "core/doctor/checks.h"

#include <algorithm>

#include "base/i18n.h"
#include "core/doctor/rules.h"

namespace hutch::doctor {
namespace {

const Observation* find(const std::vector<Observation>& observations, std::string_view name) {
  const auto found = std::find_if(observations.begin(), observations.end(),
                                  [&](const Observation& observation) { return observation.name == name; });
  return found == observations.end() ? nullptr : &*found;
}

Check check_of(const Rule& rule, const Observation& observation) {
  const bool works = observation.verdict == Verdict::kWorks;
  return Check{.name = rule.name,
               .title = _(rule.title),
               .verdict = observation.verdict,
               .severity = rule.severity,
               .detail = observation.detail,
               .remedy = works ? std::string() : std::string(_(rule.remedy))};
}

// A probe nobody wrote a rule for is shown all the same: silence would read as health.
Check check_of(const Observation& observation) {
  return Check{.name = observation.name,
               .title = observation.name,
               .verdict = observation.verdict,
               .severity = profile::Severity::kWarning,
               .detail = observation.detail,
               .remedy = {}};
}

}  // namespace

std::vector<Check> checks(const facts::Facts& facts, const std::vector<Observation>& observations) {
  std::vector<Check> result;
  for (const Rule& rule : rules()) {
    const Observation* const seen = find(observations, rule.name);
    if (seen != nullptr) {
      result.push_back(check_of(rule, *seen));
    } else {
      result.push_back(check_of(rule, rule.from_facts != nullptr ? rule.from_facts(facts) : Observation{}));
    }
  }
  for (const Observation& observation : observations) {
    const auto is_ruled = [&](const Rule& rule) { return observation.name == rule.name; };
    if (std::none_of(rules().begin(), rules().end(), is_ruled)) result.push_back(check_of(observation));
  }
  return result;
}

bool is_healthy(const std::vector<Check>& checks) {
  return std::none_of(checks.begin(), checks.end(), [](const Check& check) {
    const bool is_bad = check.verdict == Verdict::kMissing || check.verdict == Verdict::kBroken;
    return is_bad && check.severity == profile::Severity::kError;
  });
}

}  // namespace hutch::doctor
