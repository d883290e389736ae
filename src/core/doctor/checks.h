// What this host can do, as findings with cures. Pure: host/ and hutch-coordinator gather the observations.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/facts/facts.h"
#include "core/profile/model.h"

namespace hutch::doctor {

enum class Verdict : std::uint8_t { kWorks, kMissing, kBroken, kUnknown };

// One probe that was done, not guessed: "user-namespaces", "landlock", "bus-proxy-broadcast" ...
struct Observation {
  std::string name;
  Verdict verdict = Verdict::kUnknown;
  std::string detail;  // version, ABI, error text
};

struct Check {
  std::string name;
  std::string title;  // for people
  Verdict verdict = Verdict::kUnknown;
  profile::Severity severity = profile::Severity::kNote;  // what a missing one costs
  std::string detail;
  std::string remedy;
};

// One check an observation, in a fixed order; observations nobody made are kUnknown.
[[nodiscard]] std::vector<Check> checks(const facts::Facts& facts, const std::vector<Observation>& observations);
// No check of severity kError failed.
[[nodiscard]] bool is_healthy(const std::vector<Check>& checks);

}  // namespace hutch::doctor
