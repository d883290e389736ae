// The words hutch-images is started with: hutch has parsed and checked them, so their form is plain.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace hutch::images {

struct Words {
  std::string verb;
  std::map<std::string, std::string, std::less<>> options;  // the last one said
  std::vector<std::string> arguments;

  [[nodiscard]] bool has(std::string_view name) const { return options.find(name) != options.end(); }
  [[nodiscard]] std::string value(std::string_view name) const;
};

// VERB [--NAME|--NAME=VALUE...] -- [ARGUMENTS...]
[[nodiscard]] Result<Words> read_words(const std::vector<std::string>& words);

}  // namespace hutch::images
