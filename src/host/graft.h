// Files given to a running sandbox, and INSTANCE/live.json, which remembers them. Whoever holds the Grafts holds its
// lock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/plan/plan.h"
#include "host/instances.h"
#include "os/fd.h"

namespace hutch::host {

struct Graft {
  std::string path;                 // as granted, canonical
  std::vector<std::string> mounts;  // ids, statx(2)
  std::int64_t until = 0;           // seconds of CLOCK_REALTIME, for people; 0: as long as it runs
};

struct Grafts {
  os::Fd lock;
  std::vector<Graft> list;
};
[[nodiscard]] Result<Grafts> open_grafts(const Running& instance);
// What is in force now.
[[nodiscard]] Result<std::vector<Graft>> list_grafts(const Running& instance);
[[nodiscard]] Status save_grafts(const Running& instance, const Grafts& grafts);

// The ids of the new mounts. kDenied when something inside leads elsewhere by a symlink, or has no place for it.
[[nodiscard]] Result<std::vector<std::string>> give(const Running& instance, const std::vector<plan::Bind>& binds);
// Takes them away; with a delay a process is left behind that does so then.
[[nodiscard]] Status take(const Running& instance, const std::vector<std::string>& mounts, std::uint64_t delay);

}  // namespace hutch::host
