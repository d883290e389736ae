// "NAME=value" texts, and what commands in a toolbox find among them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/guest/passwd.h"

namespace hutch::guest {

using Environment = std::vector<std::string>;

inline constexpr const char* kProgramsPath = "/run/hutch/bin";  // last, so that a program of the image wins
inline constexpr const char* kSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

[[nodiscard]] std::string_view value_of(const Environment& environment, std::string_view name);  // "" when not set
[[nodiscard]] bool has(const Environment& environment, std::string_view name);
void set(Environment& environment, std::string_view name, std::string_view value);
void unset(Environment& environment, std::string_view name);

// The path with the places of kSearchPath it lacks and kProgramsPath at the end.
[[nodiscard]] std::string complete_search_path(std::string_view path);

void describe_user(Environment& environment, const User& user);

}  // namespace hutch::guest
