// The straight line from a request to a plan, shared by `run` and `plan`.
#pragma once

#include <string>

#include "app/verbs.h"
#include "core/facts/facts.h"
#include "core/plan/plan.h"
#include "core/profile/model.h"
#include "os/fd.h"

namespace hutch::app {

struct Prepared {
  facts::Facts facts;
  profile::Profile profile;
  plan::Plan plan;
  os::Fd unpacked;   // held as long as what was in an AppImage is used
  std::string note;  // why this profile, when that needs saying; or empty
};

enum class Purpose { kRun, kShow };  // a shown plan has an instance id that is the same every time

// `facts` are those of host::probe(). kNotFound and kNotRunnable are errors of the program, as for run().
[[nodiscard]] Result<Prepared> prepare(facts::Facts facts, const RunRequest& request, Purpose purpose);

}  // namespace hutch::app
