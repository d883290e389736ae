// The init of an image: what tells it to end.
#pragma once

#include <string_view>

namespace hutch::guest {

// `path` is the program's, without symbolic links. SIGRTMIN+3 for systemd (systemd(1)), SIGUSR2 for busybox's; SIGTERM
// for others, OpenRC's among them.
[[nodiscard]] int stop_signal_of(std::string_view path);

}  // namespace hutch::guest
