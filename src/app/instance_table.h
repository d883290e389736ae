// What `ps` says about instances.
#pragma once

#include <vector>

#include "app/print.h"
#include "core/instance/record.h"

namespace hutch::app {

struct ListedInstance {
  instance::Record record;
  std::string state;  // instance::state_of
};
// Moments in local time.
[[nodiscard]] Table table_of(const std::vector<ListedInstance>& instances);
[[nodiscard]] Json json_of(const std::vector<ListedInstance>& instances);

// "2026-01-31 12:34:56" in the user's time zone.
[[nodiscard]] std::string local_time(std::int64_t seconds);

}  // namespace hutch::app
