// ^Z for a command that is the leader of its own session.
//
// The kernel discards a SIGTSTP of default action in an orphaned process group (setpgid(2), POSIX "orphaned process
// group"), and the group of a session leader whose parent is PID 1 of the sandbox is one. So `hutch exec` watches for
// the key itself. A program that handles or ignores the signal, and a job of a shell inside, get the key as always.
#pragma once

#include <optional>

namespace hutch::host {

// The key that ought to stop what runs in the foreground of the pty behind `master`, when the kernel would discard it.
[[nodiscard]] std::optional<char> discarded_stop_key(int master);

}  // namespace hutch::host
