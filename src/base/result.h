// Result<T>: a value or an Error. The interface is std::expected's, so the alias changes the day the baseline
// compiler has it and nothing else does.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace hutch {

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> unexpected(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

[[nodiscard]] inline tl::unexpected<Error> failure(ErrorKind kind, std::string message, std::string hint = {}) {
  return unexpected(
      Error{.kind = kind, .code = 0, .message = std::move(message), .context = {}, .hint = std::move(hint)});
}

}  // namespace hutch

// TRY(expression): the value of a Result, or return its error from the enclosing function. Not to be nested.
#define TRY(...)                                                                \
  ({                                                                            \
    auto&& hutch_try_ = (__VA_ARGS__);                                          \
    if (!hutch_try_) return ::hutch::unexpected(std::move(hutch_try_).error()); \
    ::hutch::detail::take(std::move(hutch_try_));                               \
  })

// TRY_IN(line, expression): the same, adding one line of context to the error.
#define TRY_IN(line, ...)                                                                \
  ({                                                                                     \
    auto&& hutch_try_ = (__VA_ARGS__);                                                   \
    if (!hutch_try_) return ::hutch::unexpected(std::move(hutch_try_).error().in(line)); \
    ::hutch::detail::take(std::move(hutch_try_));                                        \
  })

namespace hutch::detail {
template <class T>
T take(Result<T>&& result) {
  return std::move(*result);
}
inline void take(Result<void>&&) {}
}  // namespace hutch::detail
