// Starting a command behind all walls: the plan's own and each `exec`.
//
// What the new process needs is laid out beforehand; between fork and exec nothing is allocated.
#pragma once

#include <sys/types.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/plan/plan.h"
#include "core/plan/report.h"
#include "launch/proof.h"
#include "os/fd.h"

namespace hutch::launch {

enum class Session {
  kOwn,         // a new one, on `terminal` when there is one
  kForeground,  // PID 1's, as the foreground process group of `terminal`: it can be stopped and continued
  kInherited,   // this process's; `terminal` is then only something to put in the place of terminals
};

class Entry {
 public:
  Entry(const plan::Command& command, std::vector<std::string> environment);
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  int standard[3] = {0, 1, 2};  // borrowed: what becomes descriptors 0-2
  int terminal = -1;            // borrowed: takes the place of each of them that is a terminal
  Session session = Session::kOwn;
  std::span<const std::int32_t> descriptors;  // kept besides 0-2
  std::size_t sockets = 0;                    // so many of them, the first ones, become 3, 4, ...: sd_listen_fds(3)
  std::span<const plan::ResourceLimit> limits;
  std::string_view filter;
  Walls walls;

  // Becomes the command; comes back with what failed.
  [[nodiscard]] plan::StepReport become() const;

 private:
  plan::StepReport execute() const;
  bool place_standards() const;
  bool begin_session() const;
  bool hand_over_sockets() const;

  const plan::Command& command_;
  std::vector<std::string> environment_;
  std::vector<char*> argument_pointers_;
  mutable std::vector<char*> environment_pointers_;  // with room for LISTEN_PID, which only the new process knows
  mutable char listen_pid_[32] = "LISTEN_PID=";
  std::string_view search_path_;
};

struct Spawned {
  pid_t pid = 0;
  std::optional<plan::StepReport> failure;
};
// The first command: it borrows PID 1's memory until it executes (CLONE_VM | CLONE_VFORK), so that nothing is copied
// and a failure comes back as a value. Only while nothing else runs inside: whoever stops the child stops PID 1.
[[nodiscard]] Spawned spawn(const Entry& entry);

// A later command, in a copy of PID 1 that does not hold it up.
struct Begun {
  pid_t pid = 0;  // 0 with errno
  os::Fd news;    // see read_news
};
[[nodiscard]] Begun begin(const Entry& entry);

enum class News { kNone, kExecuted, kFailed };
// How the start went; kExecuted also of a child that was killed before. Does not wait.
[[nodiscard]] News read_news(int news, plan::StepReport& report);

// A pseudo terminal of the sandbox's own devpts, with the window size of `like`. Empty with errno.
struct Terminal {
  os::Fd master;
  os::Fd slave;
};
[[nodiscard]] Terminal make_terminal(int like);
// The first of these that is a terminal, -1 when none is.
[[nodiscard]] int find_terminal(std::span<const int> descriptors);

// `additions` over `base`, by name; the order of `base` is kept.
[[nodiscard]] std::vector<std::string> merge_environment(const std::vector<std::string>& base,
                                                         const std::vector<std::string>& additions);

}  // namespace hutch::launch
