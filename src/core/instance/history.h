// Runs that are over: $XDG_STATE_HOME/hutch/history, a line of JSON each, written by the supervisor as it ends, or by
// whoever finds what a killed supervisor left.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/instance/record.h"

namespace hutch::instance {

inline constexpr std::size_t kHistoryLimit = 4u << 20;  // bytes; a longer file makes room for a new one

// How the line of a run begins. What follows is of the end, from `,"ended":` on.
[[nodiscard]] std::string epitaph_of(const Record& record);
// The whole line of a run whose supervisor was killed.
[[nodiscard]] std::string lost_line(const Record& record, std::int64_t found);
// The lines that make sense, in their order; others are left out. Oldest first.
[[nodiscard]] std::vector<Json> parse_history(std::string_view text);

}  // namespace hutch::instance
