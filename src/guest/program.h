// Programs of the image: found along a search path, started, and what to say when that fails.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/guest/environment.h"

namespace hutch::guest {

inline constexpr int kNotExecutable = 126;  // sh(1), exit statuses
inline constexpr int kNotFound = 127;

struct Program {
  std::string path;  // empty: there is none
  bool is_executable = false;
};
// A name with a slash is a path. Judged as the user one is at the time; the first file that cannot be executed is the
// answer only when there is no better one.
[[nodiscard]] Program find_program(std::string_view name, std::string_view search_path);

// The file, or one of that name in a usual place, or nothing.
[[nodiscard]] std::optional<std::string> find_shell(const std::string& wanted);

// `words` as argv. Comes back only when it failed: an errno.
[[nodiscard]] int execute(const std::string& path, const std::vector<std::string>& words,
                          const Environment& environment);

}  // namespace hutch::guest
