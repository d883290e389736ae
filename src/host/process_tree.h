// The processes of an instance as a tree, for people.
#pragma once

#include <string>
#include <vector>

#include "host/instances.h"

namespace hutch::host {

struct TreeProcess {
  pid_t pid = 0;
  pid_t parent = 0;
  int depth = 0;        // below PID 1, or below who has no parent in the instance
  std::string command;  // its argv, or its name in brackets
};
// Parents before children, siblings by pid.
[[nodiscard]] std::vector<TreeProcess> process_tree(const Running& instance);

}  // namespace hutch::host
