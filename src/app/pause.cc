#include "app/print.h"
#include "app/start.h"
#include "app/targets.h"
#include "app/verbs.h"
#include "host/probe.h"
#include "host/queries.h"

namespace hutch::app {

Result<int> pause(const Targets& targets, bool is_paused) {
  const facts::Facts facts = TRY(host::probe());
  int status = kSucceeded;
  for (const host::Running& instance : TRY(find_targets(facts, targets))) {
    const Status done = instance.record.scope.empty() ? Status(unexpected(no_scope(instance)))
                                                      : host::ask_freeze(instance.record.scope, is_paused);
    if (done) continue;
    print_error(done.error());
    status = kFailed;
  }
  return status;
}

}  // namespace hutch::app
