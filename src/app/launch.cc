#include "app/launch.h"

#include <algorithm>
#include <variant>

#include "host/history.h"
#include "host/probe.h"
#include "host/queries.h"
#include "host/refusals.h"
#include "os/real_directory.h"

namespace hutch::app {
namespace {

bool is_mounted(facts::Facts& facts, const HostPath& path) {
  host::look_up(facts, {path, path.parent()});
  const facts::PathFact* const here = facts.find(path);
  const facts::PathFact* const above = facts.find(path.parent());
  return here != nullptr && above != nullptr && here->identity.device != above->identity.device;
}

}  // namespace

void wake_document_portal(facts::Facts& facts, const plan::Plan& plan) {
  const bool is_wanted = std::any_of(plan.helpers.begin(), plan.helpers.end(), [](const plan::Helper& helper) {
    return std::holds_alternative<plan::Documents>(helper);
  });
  if (!is_wanted || is_mounted(facts, facts.directories.runtime / "doc")) return;
  (void)host::ask_documents(plan.app, {});  // what a missing portal means, the coordinator says
}

Status record_run(const facts::Facts& facts, const host::Instance& instance, plan::Plan& plan) {
  const instance::Record record = TRY(host::record_of(plan));
  plan.sandbox.watch.history = host::history_file(facts);
  plan.sandbox.watch.epitaph = instance::epitaph_of(record);
  host::forget_refusals(host::refusals_directory(facts), plan.instance);
  for (const HostPath& directory : plan.directories) TRY(os::make_real_directories(directory, 0700));
  TRY(host::write_plan(instance.directory, plan));
  return host::write_record(instance.directory, record);
}

}  // namespace hutch::app
