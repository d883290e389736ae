// Child processes by posix_spawn and pidfd. Never a bare pid: signals and waits go through the descriptor.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/path.h"
#include "os/fd.h"

namespace hutch::os {

// How a process ended (waitid(2)).
struct Ending {
  bool was_signalled = false;
  int value = 0;  // exit status or signal
};

struct SpawnOptions {
  HostPath program;
  std::vector<std::string> arguments;    // argv
  std::vector<std::string> environment;  // complete
  // Our descriptor -> number in the child. 0-2 not named are inherited; everything else is close-on-exec.
  std::vector<std::pair<int, int>> descriptors;
  bool new_session = false;
};

// Owns a child: the destructor kills and reaps it unless it was waited for or released.
class Process {
 public:
  [[nodiscard]] static Result<Process> spawn(const SpawnOptions& options);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  [[nodiscard]] Status signal(int number) const;
  [[nodiscard]] Result<Ending> wait();
  // Gives up ownership: the process goes on, its parent reaps it some other way.
  void release();

 private:
  Process(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  pid_t pid_ = 0;
  Fd pidfd_;
};

// Runs to the end and returns what it printed on standard output, at most `limit` bytes; standard input is /dev/null.
struct Captured {
  Ending ending;
  std::string output;
};
[[nodiscard]] Result<Captured> run_and_capture(SpawnOptions options, std::size_t limit);

[[nodiscard]] Result<Fd> open_pidfd(pid_t pid);
[[nodiscard]] Status signal_pidfd(int pidfd, int number);

}  // namespace hutch::os
