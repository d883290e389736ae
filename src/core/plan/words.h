// One word for each value of a plan: the text and the JSON of `hutch plan` use the same.
#pragma once

#include <string>
#include <vector>

#include "core/plan/plan.h"

namespace hutch::plan {

[[nodiscard]] const char* word_of(FileType type);
[[nodiscard]] const char* word_of(Bus bus);
[[nodiscard]] const char* word_of(LandlockAccess access);
// The namespaces that are new, in a fixed order.
[[nodiscard]] std::vector<std::string> namespace_words(const Namespaces& namespaces);
// "memory 2147483648", one for each limit of the scope.
[[nodiscard]] std::vector<std::string> limit_words(const Plan& plan);
[[nodiscard]] std::string numbers_text(const std::vector<std::int32_t>& numbers);

}  // namespace hutch::plan
