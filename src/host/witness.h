// hutch-witness beside one run (core/plan/witness.h).
#pragma once

#include "host/helper.h"
#include "os/fd.h"
#include "os/pipe.h"

namespace hutch::host {

// A pipe whose writer is never held up and never ended by it, whatever becomes of the reader: what finds no room is
// lost.
[[nodiscard]] Result<os::Pipe> make_log_pipe();
// The counters of the network that PID 1 of the sandbox is in, which can be read after its end, and its children.
[[nodiscard]] Result<std::vector<os::Fd>> open_counters(pid_t init);
// `source` is what the bus proxy prints, or the helpers' end of the life pair where there is none.
[[nodiscard]] Status start_log_witness(int source, int record, const std::vector<os::Fd>& counters);
// Answers for the filter of a traced run; returns the socket that takes the listener.
[[nodiscard]] Result<os::Fd> start_trace_witness(int record);
// The filter of such a run: it asks where the other refuses.
[[nodiscard]] std::string asking_filter(std::string program);

}  // namespace hutch::host
