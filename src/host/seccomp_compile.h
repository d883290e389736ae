// A seccomp policy as BPF bytes (struct sock_filter[]). libseccomp knows the names and numbers of the calls; the
// program itself is ours (bpf_program.h): libseccomp cannot say "this call, but for these arguments" with a default
// that is neither answer. Linked into hutch-coordinator only.
#pragma once

#include <string>

#include "core/plan/plan.h"

namespace hutch::host {

// Names libseccomp does not know are skipped when they are newer than it and an error when nothing knows them.
[[nodiscard]] Result<std::string> compile_seccomp(const plan::SeccompPolicy& policy);

// The name of a system call, AUDIT_ARCH_* and number; the number where there is none.
[[nodiscard]] std::string name_of_call(std::uint32_t architecture, std::uint32_t number);

}  // namespace hutch::host
