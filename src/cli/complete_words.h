// What the completion scripts of all shells share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"

namespace hutch::cli {

// The words an option's value is one of; empty when only `complete` tells, or nothing does.
[[nodiscard]] std::vector<std::string_view> value_words(const Option& option);
// Joined by blanks.
[[nodiscard]] std::string value_list(const Option& option);
// 'TEXT', with quotes inside written as the shells understand them.
[[nodiscard]] std::string quoted_for_posix(std::string_view text);
[[nodiscard]] std::string quoted_for_fish(std::string_view text);
// First words of the verbs, each once; and the second words of a group ("profile").
[[nodiscard]] std::vector<std::string_view> first_words();
[[nodiscard]] std::vector<std::string_view> second_words(std::string_view first);

[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

}  // namespace hutch::cli
