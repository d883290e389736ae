// Runs hutch-launch the way hutch does and collects what comes of it. The test program itself becomes the ordinary user
// first (launch_main.cc): hutch-launch is never tried with privileges.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/plan/channel.h"
#include "core/plan/plan.h"
#include "os/fd.h"
#include "os/socket.h"

namespace hutch::test {

// A directory of the user's own, removed at the end of the test.
class Place {
 public:
  Place();
  ~Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  [[nodiscard]] HostPath path() const { return path_; }
  [[nodiscard]] HostPath at(const char* name) const { return path_ / name; }
  HostPath file(const char* name, const std::string& content, mode_t mode = 0644) const;
  HostPath directory(const char* name, mode_t mode = 0755) const;
  HostPath link(const char* name, const std::string& points_to) const;

 private:
  HostPath path_;
};

[[nodiscard]] std::string content_of(const HostPath& path);  // "" when it cannot be read
// Binds of host paths as the front end plans them: with type and identity.
[[nodiscard]] plan::Bind bind_of(const HostPath& source, const std::string& target,
                                 plan::BindAccess access = plan::BindAccess::kReadOnly);

// /peek on a small root with /proc, /dev, /tmp; all namespaces, all walls.
[[nodiscard]] plan::Sandbox small_sandbox();
// A seccomp program that refuses with EPERM what the launcher's proofs try, and allows the rest.
[[nodiscard]] std::string small_filter();

struct Options {
  std::vector<std::string> mode = {plan::kModeSupervise};
  std::optional<std::string> filter = small_filter();
  bool gives_front_end = false;       // a program that prints its arguments
  std::optional<os::Fd> control;      // listening
  std::optional<os::Fd> coordinator;  // the launcher's end
  std::optional<os::Fd> life;         // the supervisor's end
  std::map<int, int> descriptors;     // ours -> number in the launcher
  std::optional<os::Fd> input;        // descriptor 0; /dev/null otherwise
  std::optional<os::Fd> terminal;     // replaces 0-2 and becomes the controlling terminal of a new session
  std::vector<std::string> before;    // a program and arguments that start the launcher
  std::vector<int> ignored_signals;
};

// A started launcher. The destructor kills it.
class Launched {
 public:
  Launched(const plan::Sandbox& sandbox, Options options);
  ~Launched();
  Launched(const Launched&) = delete;
  Launched& operator=(const Launched&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  // The next line of standard output, waiting for it; "" at its end or after the deadline.
  std::string read_line();
  // Waits for the end, fails the test when it does not come, and returns the exit status (128+n for a signal).
  int wait();
  [[nodiscard]] const std::string& output() const { return output_; }  // after wait()
  [[nodiscard]] const std::string& errors() const { return errors_; }
  // The sandbox's PID 1 as this process sees it, waiting until there is one; 0 after the deadline.
  [[nodiscard]] pid_t init() const;

 private:
  bool pump(int milliseconds);
  pid_t pid_ = 0;
  int status_ = -1;
  os::Fd out_;
  os::Fd err_;
  std::string output_;
  std::string errors_;
  std::size_t consumed_ = 0;
};

struct Seen {
  int status = -1;
  std::string output;
  std::string errors;
  // The part behind "FACT: " of each line that begins so.
  [[nodiscard]] std::vector<std::string> all(const std::string& fact) const;
  [[nodiscard]] std::string one(const std::string& fact) const;  // "<none>" unless there is exactly one
};

// Runs peek with these words in the sandbox to its end.
[[nodiscard]] Seen peek(plan::Sandbox sandbox, const std::vector<std::string>& words, Options options = {});
[[nodiscard]] Seen run(const plan::Sandbox& sandbox, Options options = {});

// Waits until `condition` holds; false after the deadline.
template <class Condition>
[[nodiscard]] bool eventually(Condition condition, int milliseconds = 10000);
void pause_briefly();

// Processes whose parent is `pid`.
[[nodiscard]] std::vector<pid_t> children_of(pid_t pid);
[[nodiscard]] bool is_alive(pid_t pid);  // a zombie is not
[[nodiscard]] char state_of(pid_t pid);  // as in /proc/PID/stat; '-' when gone

// Replaces a sandbox's command by peek with these words.
void set_words(plan::Sandbox& sandbox, const std::vector<std::string>& words);

[[nodiscard]] std::string launcher_program();
[[nodiscard]] std::string peek_program();

}  // namespace hutch::test

#include <chrono>

namespace hutch::test {
template <class Condition>
bool eventually(Condition condition, int milliseconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    pause_briefly();
  }
  return condition();
}
}  // namespace hutch::test
