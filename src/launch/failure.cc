#include "launch/failure.h"

#include <unistd.h>

#include "launch/line.h"
#include "launch/packets.h"

namespace hutch::launch {

void Reporter::fail(plan::Stage stage, int step, int error) const {
  const plan::StepReport report{.stage = stage, .step = step, .error = error};
  if (channel_ < 0) end_with_line(report);
  plan::Packet packet;
  packet.kind = plan::Message::kFailed;
  packet.report = report;
  (void)send(channel_, packet);  // a supervisor that is gone needs no report
  ::_exit(plan::exit_code(report));
}

void end_with_line(const plan::StepReport& report) {
  ShortLine line;
  line << "hutch-launch: set-up failed: stage " << static_cast<int>(report.stage) << ", step " << report.step
       << ", error " << report.error << "\n";
  (void)!::write(STDERR_FILENO, line.c_str(), line.text().size());  // the exit status says it too
  ::_exit(plan::exit_code(report));
}

}  // namespace hutch::launch
