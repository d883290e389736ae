// Help texts, made of the tables.
#pragma once

#include <string>
#include <string_view>

#include "cli/options.h"

namespace hutch::cli {

[[nodiscard]] std::string overview();
[[nodiscard]] std::string help_on(const Verb& verb);
// A verb, or a group of them ("profile"); kUsage with a "did you mean".
[[nodiscard]] Result<std::string> help_on(std::string_view name);
// "VERB<tab>--OPTION<tab>VALUE", a line an option: what the manual must list.
[[nodiscard]] std::string option_table();

}  // namespace hutch::cli
