#include <signal.h>

#include <algorithm>

#include "app/print.h"
#include "app/start.h"
#include "app/targets.h"
#include "app/verbs.h"
#include "host/cgroup.h"
#include "host/launcher.h"
#include "host/probe.h"
#include "host/queries.h"

namespace hutch::app {
namespace {

using Clock = std::chrono::steady_clock;

// Waits until the deadline they all share, then ends the whole sandbox.
Status see_it_end(const host::Running& instance, Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  const bool has_ended = TRY(host::wait_for_end(instance, std::max(left, std::chrono::milliseconds(0))));
  return has_ended ? Status{} : host::signal_instance(instance, SIGKILL, true);
}

}  // namespace

Result<int> stop(const Targets& targets, std::chrono::milliseconds timeout) {
  const facts::Facts facts = TRY(host::probe());
  const std::vector<host::Running> instances = TRY(find_targets(facts, targets));
  const Clock::time_point deadline = Clock::now() + timeout;
  for (const host::Running& instance : instances) {
    // What is paused hears nothing.
    if (host::is_paused(instance)) (void)host::ask_freeze(instance.record.scope, false);
    (void)host::signal_instance(instance, SIGTERM, false);  // one that cannot hear is ended below
  }
  int status = kSucceeded;
  for (const host::Running& instance : instances) {
    if (auto ended = see_it_end(instance, deadline); !ended) {
      print_error(ended.error());
      status = kFailed;
    }
  }
  (void)host::list_instances(facts);  // sweeps what a killed supervisor could not remove
  return status;
}

}  // namespace hutch::app
