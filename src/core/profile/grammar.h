// What a value of each kind must look like: one set of checks for profile files and the command line.
//
// Errors carry no position; the caller adds file and line, or the flag. Their kind is kNotFound when a word is well
// formed but not known, which a file of a newer schema may hold, and kInvalid otherwise.
#pragma once

#include <string>
#include <string_view>

#include "core/profile/model.h"

namespace hutch::profile {

inline constexpr std::size_t kValueLimit = 32768;  // bytes of an environment value, a reason or a description

// Name and access of a grant in canonical form.
struct Value {
  std::string name;
  std::string access;
};

// `access` as Grant::access has it: empty for kinds without one; for bus names see, talk, own or "call:METHOD[@PATH]";
// for variables "=value", "inherit" or "unset". The network mode is the access of the name "network".
[[nodiscard]] Result<Value> read_value(Kind kind, std::string_view name, std::string_view access);
// "PATH[:ACCESS][:noexec]", rw when no access is said; "\:" is a colon of the path.
[[nodiscard]] Result<Value> read_file_value(std::string_view text);
// A path as that reads it back.
[[nodiscard]] std::string write_path(std::string_view path);
// "NAME=METHOD[@PATH]".
[[nodiscard]] Result<Value> read_call_value(std::string_view text);
// A name to take back, or "*"; paths as in read_file_value, without access.
[[nodiscard]] Result<std::string> read_revoked(Kind kind, std::string_view text);

// What one of a kind is called in messages: "socket", "bus name".
[[nodiscard]] const char* noun(Kind kind);

}  // namespace hutch::profile
