// What only trying tells about this host, tried by hutch itself; hutch-coordinator tries the rest (ask_doctor).
#pragma once

#include <vector>

#include "core/doctor/checks.h"
#include "core/facts/facts.h"

namespace hutch::host {

[[nodiscard]] std::vector<doctor::Observation> examine(const facts::Facts& facts);

}  // namespace hutch::host
