// The table behind checks(): what is looked at, what it is for and how to cure it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/doctor/checks.h"

namespace hutch::doctor {

struct Rule {
  const char* name = "";
  const char* title = "";   // N_()
  const char* remedy = "";  // N_(): one sentence or several, each a cure for one distribution or cause
  profile::Severity severity = profile::Severity::kWarning;
  // Answers from the facts alone; null when only a probe can tell.
  Observation (*from_facts)(const facts::Facts& facts) = nullptr;
};

// In the order they are shown: what everything stands on first.
[[nodiscard]] const std::vector<Rule>& rules();

}  // namespace hutch::doctor
