// Checks as text for people and as JSON for programs: `hutch doctor`.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "core/doctor/checks.h"

namespace hutch::doctor {

// A line a check, its cure below it. Texts that came from the host are printable.
[[nodiscard]] std::string describe(const std::vector<Check>& checks, bool with_colours);
[[nodiscard]] Json to_json(const std::vector<Check>& checks);

}  // namespace hutch::doctor
