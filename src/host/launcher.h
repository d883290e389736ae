// The parent side of a launch: compiles the seccomp policy (or finds it in the cache), lays out the descriptors of
// core/plan/channel.h, starts the coordinator when the plan needs one and becomes hutch-launch.
#pragma once

#include <functional>
#include <optional>

#include "core/facts/facts.h"
#include "core/plan/channel.h"
#include "core/plan/plan.h"
#include "host/instances.h"
#include "os/process.h"

namespace hutch::host {

// A coordinator that waits for its plan, and our ends of what connects it and the helpers to the supervisor. Ended when
// dropped before the launcher took over.
struct Coordination {
  os::Process coordinator;
  os::Fd socket;
  os::Fd life;
};
// Started before anything else is known, it loads its libraries and greets the user manager while the plan is made.
// Absent where there is no user manager: most plans do without a coordinator there.
[[nodiscard]] Result<std::optional<Coordination>> start_coordinator_ahead();

// Returns only on failure; on success this process is the supervisor. A plan that needs a coordinator gets one, unless
// it was started already.
[[nodiscard]] Error become_supervisor(const facts::Facts& facts, const plan::Plan& plan, Instance instance,
                                      std::optional<Coordination> coordination);

// Runs a command in a running sandbox with the caller's descriptors 0-2, relaying a terminal, and returns how it ended.
[[nodiscard]] Result<plan::Outcome> execute_in(const Running& instance, const plan::ExecRequest& request);
// The plan's own command as if it had been started here: its terminal until the keys of detachment come, its end, and
// signals for it.
struct Attachment {
  bool takes_terminal = false;  // ours becomes its
  int changes = -1;             // borrowed; where its output is to be had elsewhere: readable when there may be more
  std::function<void()> on_change;  // also called at the end
};
// Nothing when it was detached: it goes on.
[[nodiscard]] Result<std::optional<plan::Outcome>> attach_to(const Running& instance, Attachment attachment);
// Sends a signal to the plan's own command through the supervisor; with `force` everything inside is ended instead, at
// the latest by ending the supervisor, and this returns when it is gone.
[[nodiscard]] Status signal_instance(const Running& instance, int signal, bool force);

}  // namespace hutch::host
