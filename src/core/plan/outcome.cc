// Apart from report.cc: the launcher links this file and none of the texts.
#include "core/plan/report.h"

namespace hutch::plan {
namespace {

constexpr int kExitTimeOver = 124;
constexpr int kExitSetupFailed = 125;
constexpr int kExitNotExecutable = 126;
constexpr int kExitNotFound = 127;
constexpr int kExitSignalled = 128;
constexpr int kSignalKill = 9;       // SIGKILL, asm-generic/signal.h
constexpr int kErrorNotFound = 2;    // ENOENT, asm-generic/errno-base.h
constexpr int kErrorNotFolder = 20;  // ENOTDIR

}  // namespace

int exit_code(const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::kExited:
      return outcome.value;
    case Outcome::Kind::kSignalled:
      return kExitSignalled + outcome.value;
    case Outcome::Kind::kKilled:
      return kExitSignalled + kSignalKill;
    case Outcome::Kind::kSetupFailed:
      return kExitSetupFailed;
  }
  return kExitSetupFailed;
}

int exit_code(const StepReport& report) {
  if (report.stage != Stage::kExec) return kExitSetupFailed;
  const bool is_missing = report.error == kErrorNotFound || report.error == kErrorNotFolder;
  return is_missing ? kExitNotFound : kExitNotExecutable;
}

int exit_code(const Outcome& outcome, Cause cause) {
  const bool is_over = cause == Cause::kTime || cause == Cause::kIdle;
  return is_over ? kExitTimeOver : exit_code(outcome);
}

const char* word_of(Cause cause) {
  switch (cause) {
    case Cause::kNone:
      return "";
    case Cause::kMemory:
      return "memory";
    case Cause::kTime:
      return "time";
    case Cause::kIdle:
      return "idle";
  }
  return "";
}

const char* word_of(Outcome::Kind kind) {
  switch (kind) {
    case Outcome::Kind::kExited:
      return "exited";
    case Outcome::Kind::kSignalled:
      return "signalled";
    case Outcome::Kind::kSetupFailed:
      return "not-started";
    case Outcome::Kind::kKilled:
      return "killed";
  }
  return "";
}

}  // namespace hutch::plan
