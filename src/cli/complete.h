// Completion scripts for shells, made of the tables.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace hutch::cli {

// "bash", "zsh" or "fish".
[[nodiscard]] Result<std::string> completion_script(std::string_view shell);

}  // namespace hutch::cli
