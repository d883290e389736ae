#include "app/start.h"
#include "app/targets.h"
#include "app/verbs.h"
#include "host/probe.h"

namespace hutch::app {

Result<int> wait(const std::vector<std::string>& names) {
  const facts::Facts facts = TRY(host::probe());
  const std::vector<host::Running> instances = TRY(find_targets(facts, {.names = names, .all = false}));
  for (const host::Running& instance : instances) TRY(host::wait_for_end(instance, std::nullopt));
  return kSucceeded;
}

}  // namespace hutch::app
