// The one error type: what failed, on which thing, why, and the cure where it is known.
//
// `message` is a whole phrase in the user's language without a trailing period. `context` is filled while the error
// climbs, innermost first. `hint` is one imperative sentence, empty when no cure is known. `code` is an errno or 0.
// Only app/ and cli/ print errors; everything below returns them.
#pragma once

#include <string>
#include <vector>

namespace hutch {

enum class ErrorKind {
  kInvalid,      // the input is wrong: syntax, unknown key, bad path
  kUsage,        // the command line is wrong
  kNotFound,     // the named thing does not exist
  kNotRunnable,  // the program exists but cannot be executed
  kDenied,       // refused on purpose: a protection would be missing or weakened
  kUnavailable,  // the host lacks something: a bus, a helper program, a kernel feature
  kConflict,     // somebody else holds it: a lock, an instance id
  kSystem,       // a system call failed
};

struct Error {
  ErrorKind kind = ErrorKind::kSystem;
  int code = 0;
  std::string message;
  std::vector<std::string> context;
  std::string hint;

  // Adds one line of context and returns the error, for `return unexpected(std::move(error).in("..."))`.
  Error&& in(std::string line) &&;
  Error&& with_hint(std::string cure) &&;

  // "context: message: strerror", outermost context first; no hint, no newline.
  [[nodiscard]] std::string describe() const;

  bool operator==(const Error&) const = default;
};

// An error of kind kSystem; the caller passes the errno it captured first.
[[nodiscard]] Error system_error(int code, std::string message);

}  // namespace hutch
