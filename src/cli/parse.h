// Words of a command line against one verb's table. The only user of CLI11 is parse.cc, and no exception leaves it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.h"

namespace hutch::cli {

class Parsed {
 public:
  [[nodiscard]] bool has(std::string_view name) const { return options.find(name) != options.end(); }
  [[nodiscard]] std::optional<std::string> value(std::string_view name) const;  // the last one said
  [[nodiscard]] std::vector<std::string> values(std::string_view name) const;

  std::map<std::string, std::vector<std::string>, std::less<>> options;  // by name; flags hold no value
  std::vector<std::string> arguments;
  bool is_separated = false;  // "--" stood before the first argument
};

// Errors are of kind kUsage, with a "did you mean" or the verb's synopsis as hint.
[[nodiscard]] Result<Parsed> parse(const Verb& verb, const std::vector<std::string>& words);

}  // namespace hutch::cli
