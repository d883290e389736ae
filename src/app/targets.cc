#include "app/targets.h"

#include <algorithm>

namespace hutch::app {

Result<std::vector<host::Running>> find_targets(const facts::Facts& facts, const Targets& targets) {
  if (targets.all) return host::list_instances(facts);
  std::vector<host::Running> found;
  for (const std::string& name : targets.names) {
    for (host::Running& running : TRY(host::find_instances(facts, name))) {
      const auto is_it = [&](const host::Running& other) { return other.record.id == running.record.id; };
      if (std::none_of(found.begin(), found.end(), is_it)) found.push_back(std::move(running));
    }
  }
  return found;
}

}  // namespace hutch::app
