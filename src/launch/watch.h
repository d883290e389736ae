// What ends a run beside its own will, time and memory, and the line about its end in the history.
#pragma once

#include <cstdint>
#include <optional>

#include "core/plan/report.h"
#include "os/fd.h"

namespace hutch::launch {

class Watch {
 public:
  explicit Watch(const plan::Watch& wanted) : wanted_(wanted) {}

  // The cgroup of the scope, a directory: without it nothing is known of memory and work.
  void take_group(os::Fd directory) { group_ = std::move(directory); }
  // The command runs: its time begins.
  void begin();
  // Milliseconds until look() has something to say; -1: never.
  [[nodiscard]] int patience() const;
  // What is over by now: kTime, kIdle or nothing.
  [[nodiscard]] plan::Cause look();
  // The command was asked to end: look() says kTime once more when it has not in a while.
  void expect_end();
  // Reads what is gone once the sandbox is: how much memory it took, whether it was ended because there was none.
  void note_end(const plan::Outcome& outcome);
  [[nodiscard]] plan::Cause cause() const { return cause_; }
  void write_history(const plan::Outcome& outcome) const;

 private:
  [[nodiscard]] std::optional<std::uint64_t> read_number(const char* file, const char* key) const;
  [[nodiscard]] bool is_idle(std::int64_t now);

  const plan::Watch& wanted_;
  os::Fd group_;
  std::int64_t started_ = 0;   // milliseconds of CLOCK_MONOTONIC; 0: not yet
  std::int64_t deadline_ = 0;  // 0: none
  std::int64_t idle_since_ = 0;
  std::int64_t idle_look_ = 0;  // when work is looked at next
  std::uint64_t idle_work_ = 0;
  bool is_ending_ = false;
  plan::Cause cause_ = plan::Cause::kNone;
  std::uint64_t killed_for_memory_ = 0;
  std::optional<std::uint64_t> memory_peak_;
  std::optional<std::uint64_t> processor_;
};

}  // namespace hutch::launch
