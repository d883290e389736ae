// Where what an app prints goes, and the file it goes to when it would go nowhere: $XDG_STATE_HOME/hutch/logs/ID, with
// its predecessor ID.1. The supervisor writes it (launch/log.h); it outlives the run, as long as it is among the
// newest.
#pragma once

#include <optional>
#include <string>

#include "base/id.h"
#include "core/facts/facts.h"
#include "os/fd.h"

namespace hutch::host {

[[nodiscard]] HostPath log_file(const facts::Facts& facts, const InstanceId& id);
// A new log for a run whose output would go nowhere, and room for it among the others; none where it goes somewhere, or
// when it cannot be kept. What an earlier run of that id left is removed in any case.
[[nodiscard]] os::Fd open_log(const facts::Facts& facts, const InstanceId& id);

// Reads a log while it grows.
class LogReader {
 public:
  // From its last lines on; all of them with nothing. A log that is not there (yet) is empty.
  static Result<LogReader> open(const HostPath& file, std::optional<std::size_t> lines);
  // Readable when there may be more.
  [[nodiscard]] int changes() const { return changes_.get(); }
  // What there is by now; "" when that is all.
  [[nodiscard]] Result<std::string> read();

 private:
  explicit LogReader(const HostPath& file) : file_(file) {}
  void reopen_when_turned();

  HostPath file_;
  os::Fd current_;
  os::Fd changes_;       // inotify(7), on the directory
  std::string pending_;  // of what was there at the start
};

}  // namespace hutch::host
