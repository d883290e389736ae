// What hutch-guest does, by the first word or by the name it was started under.
#pragma once

#include <string>
#include <vector>

#include "core/guest/environment.h"

namespace hutch::guest {

struct Call {
  std::vector<std::string> words;  // behind the applet's name
  Environment environment;
};

// Each gives the exit status; enter and sudo end with it only when the command could not be started.
[[nodiscard]] int boot(const Call& call);
[[nodiscard]] int set_up(const Call& call);
[[nodiscard]] int enter(const Call& call);
[[nodiscard]] int show(const Call& call);
[[nodiscard]] int sudo(const Call& call);

}  // namespace hutch::guest
