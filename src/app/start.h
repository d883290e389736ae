// What every verb stands on: standard descriptors, signals, language, and who may run it.
#pragma once

#include "base/result.h"

namespace hutch::app {

inline constexpr int kSucceeded = 0;
inline constexpr int kFailed = 1;
inline constexpr int kMisused = 2;
inline constexpr int kNotStarted = 125;

// Descriptors 0-2 exist, a child's end can be seen, messages are in the user's language.
[[nodiscard]] Status begin();
// hutch run by root would confine nobody: root's files stay root's. kDenied unless allowed.
[[nodiscard]] Status refuse_root(bool is_allowed);

}  // namespace hutch::app
