// What the launcher may say about a failure: three integers. The front end renders them with the plan at hand.
#pragma once

#include <cstdint>
#include <string>

#include "core/plan/plan.h"

namespace hutch::plan {

enum class Stage : std::uint8_t {
  kInherit,       // descriptors, the plan
  kClone,         // clone3: namespaces
  kIdMap,         // uid_map, gid_map
  kCoordinator,   // a barrier: the coordinator failed or vanished (it has printed why)
  kNamespaces,    // host name, loopback, time offsets, namespace limits, cgroup
  kNetworkRule,   // step: index of the rule
  kNetworkProbe,  // a blocked address could be reached
  kRoot,          // the root: the tmpfs, or with `step` the layer of an overlay, its upper directory after them
  kSource,        // step: a bind's source cannot be opened
  kIdentity,      // step: a bind's source is not what was planned
  kTarget,        // step: its target cannot be made beneath the root
  kStep,          // step: the act itself
  kPivot,
  kReexec,
  kLandlock,  // step: index of the rule
  kTerminal,
  kLimits,  // resource limits
  kCapabilities,
  kKeyring,
  kSeccomp,
  kProof,      // step: a WallProof that did not hold
  kDirectory,  // working directory
  kExec,       // the command
  kSupervise,
};

// Walls the launcher tries after lock-down.
enum class WallProof : std::uint8_t {
  kNoNewPrivileges,
  kCapabilities,
  kBoundingSet,
  kUserNamespace,
  kMount,
  kKeyring,
  kTerminalInjection,
  kBpf,
  kLandlock,
  kHostRoot,
};

struct StepReport {
  Stage stage = Stage::kInherit;
  std::int32_t step = -1;
  std::int32_t error = 0;  // errno
  bool operator==(const StepReport&) const = default;
};

// The report as an error for people: names the thing, the reason and, where known, the cure.
[[nodiscard]] Error explain_failure(const Sandbox& sandbox, const StepReport& report);

// Why a run ended, where it was not the app's own doing.
enum class Cause : std::uint8_t { kNone, kMemory, kTime, kIdle };

// How a command ended. Exit codes are made of it at the command line only.
struct Outcome {
  enum class Kind : std::uint8_t { kExited, kSignalled, kSetupFailed, kKilled } kind = Kind::kExited;
  std::int32_t value = 0;  // status, or signal
  bool operator==(const Outcome&) const = default;
};

// The exit status of verbs that run a program: its own, 128+N, 125 set-up failed, 126 not executable, 127 not found.
[[nodiscard]] int exit_code(const Outcome& outcome);
[[nodiscard]] int exit_code(const StepReport& report);
// 124 when its time was over.
[[nodiscard]] int exit_code(const Outcome& outcome, Cause cause);
[[nodiscard]] const char* word_of(Cause cause);
[[nodiscard]] const char* word_of(Outcome::Kind kind);

}  // namespace hutch::plan
