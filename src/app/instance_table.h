// What `ps` says about instances.
#pragma once

#include <vector>

#include "app/print.h"
#include "core/instance/record.h"

namespace hutch::app {

// Moments in local time.
[[nodiscard]] Table table_of(const std::vector<instance::Record>& records);
[[nodiscard]] Json json_of(const std::vector<instance::Record>& records);

}  // namespace hutch::app
