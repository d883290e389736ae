// The command line of sudo(8), as far as the shim for images without sudo follows it.
#pragma once

#include "base/result.h"
#include "core/guest/environment.h"

namespace hutch::guest {

struct SudoRequest {
  enum class Act : std::uint8_t { kRun, kList, kNothing, kHelp, kVersion };
  Act act = Act::kRun;
  std::string user;   // "" unless -u
  std::string group;  // "" unless -g
  std::string directory;
  bool keeps_environment = false;
  bool keeps_groups = false;
  bool sets_home = false;
  bool is_login = false;
  bool is_shell = false;
  std::vector<std::string> kept;  // names, --preserve-env=LIST
  Environment assignments;
  std::vector<std::string> command;
  bool operator==(const SudoRequest&) const = default;
};

// `words` without the program's own name.
[[nodiscard]] Result<SudoRequest> parse_sudo(const std::vector<std::string>& words);

// One word for `sh -c`, as sudo makes it: all but letters, digits, '_', '-' and '$' stands behind a backslash.
[[nodiscard]] std::string shell_line(const std::vector<std::string>& words);

struct SudoCaller {
  std::string name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};
// What the command finds, as sudo does it with env_reset: the terminal, language and display of the caller and what was
// asked for. No value is checked: whoever may use the shim may do everything here.
[[nodiscard]] Environment sudo_environment(const Environment& caller_environment, const SudoRequest& request,
                                           const SudoCaller& caller, const User& target);

}  // namespace hutch::guest
