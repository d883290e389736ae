// What happens between a plan and its start, for apps and toolboxes.
#pragma once

#include "core/facts/facts.h"
#include "core/plan/plan.h"
#include "host/instances.h"

namespace hutch::app {

// The launcher's mount namespace is a copy of what is mounted when it is made: a document portal that mounts itself
// later is not in it. So it is started before the launcher.
void wake_document_portal(facts::Facts& facts, const plan::Plan& plan);
// Makes the plan's directories and notes the run, by the process that is about to supervise it.
[[nodiscard]] Status record_run(const facts::Facts& facts, const host::Instance& instance, plan::Plan& plan);

}  // namespace hutch::app
