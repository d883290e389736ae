// The end of a set-up that went wrong: three integers, then nothing more happens.
#pragma once

#include <cerrno>

#include "core/plan/report.h"

namespace hutch::launch {

// Who hears about a failure. In PID 1 the supervisor, over their socket; in a helper the reader of standard error.
class Reporter {
 public:
  Reporter() = default;
  explicit Reporter(int channel) : channel_(channel) {}  // borrowed

  // Reports and ends this process.
  [[noreturn]] void fail(plan::Stage stage, int step = -1, int error = errno) const;
  void require(bool is_done, plan::Stage stage, int step = -1) const {
    if (!is_done) fail(stage, step);
  }

 private:
  int channel_ = -1;
};

// Ends this process with one line on standard error, for whoever debugs a run without a front end.
[[noreturn]] void end_with_line(const plan::StepReport& report);

}  // namespace hutch::launch
