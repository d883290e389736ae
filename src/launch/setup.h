// Building the sandbox from inside its new namespaces: everything between clone and the re-exec as PID 1.
#pragma once

#include <optional>

#include "core/plan/plan.h"
#include "launch/failure.h"
#include "launch/inherit.h"
#include "launch/proof.h"
#include "os/memfile.h"

namespace hutch::launch {

// The new PID 1's way up to its re-exec; `channel` is its end of the pair with the supervisor.
[[noreturn]] void set_up_init(const plan::Sandbox& sandbox, const Start& start, int channel);
// `helper` mode: the same walls around this very process, without a pid namespace; becomes the command.
[[noreturn]] void run_helper(const Start& start);

// The seccomp program behind kSeccompDescriptor; absent only where it was waived.
[[nodiscard]] std::optional<os::MappedFile> map_filter(const Start& start, const Reporter& reporter);
void confine_or_fail(const plan::Sandbox& sandbox, const Reporter& reporter);
// Keyring and Landlock, for this process and all it forks. From then on no mount can be changed, and files are reached
// only as the rules say. Needs no_new_privs.
[[nodiscard]] Walls lock_down(const plan::Sandbox& sandbox, int probe, bool has_filter, const Reporter& reporter);

}  // namespace hutch::launch
