#include "base/error.h"

#include <cstring>
#include <utility>

namespace hutch {

Error&& Error::in(std::string line) && {
  context.push_back(std::move(line));
  return std::move(*this);
}

Error&& Error::with_hint(std::string cure) && {
  hint = std::move(cure);
  return std::move(*this);
}

std::string Error::describe() const {
  std::string text;
  for (auto line = context.rbegin(); line != context.rend(); ++line) text += *line + ": ";
  text += message;
  if (code != 0) {
    text += ": ";
    text += std::strerror(code);
  }
  return text;
}

Error system_error(int code, std::string message) {
  return Error{.kind = ErrorKind::kSystem, .code = code, .message = std::move(message), .context = {}, .hint = {}};
}

}  // namespace hutch
