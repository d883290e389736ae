// How hutch-witness is started: argv[1] is a mode, and these descriptors are open.
#pragma once

namespace hutch::plan {

inline constexpr const char* kModeLog = "log";
inline constexpr const char* kModeTrace = "trace";

enum WitnessDescriptor : int {
  kWitnessSource = 3,    // log: what the bus proxy prints; trace: the socket that brings the filter's listener
  kWitnessRecord = 4,    // the file to write, for appending
  kWitnessCounters = 5,  // log: snmp, snmp6 and xfrm_stat of the sandbox's network, and the two numbers behind it
  kWitnessChildren = 8,  // log: /proc/INIT/task/INIT/children: empty until the first command is being started
};

// When it is among Sandbox::descriptors, the filter of the plan's own command asks before it refuses: the listener is
// sent here, and a second message once the walls have been tried. The command itself does not get it.
inline constexpr int kTraceDescriptor = 13;

}  // namespace hutch::plan
