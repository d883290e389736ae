// One act on the new root. Steps are performed in order; core/compose/order puts parents before children.
//
// Targets are resolved by the launcher beneath the new root without following any symlink; missing parents are made as
// 0755 directories. Sources are resolved once, after the mount namespace exists, and then used by descriptor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/inode.h"
#include "base/path.h"

namespace hutch::plan {

enum class BindAccess : std::uint8_t { kReadOnly, kReadWrite };

// A host file or directory at `target`, submounts included, all of it nosuid and nodev unless `devices`.
// Made private: later mounts on the host do not appear inside.
struct Bind {
  HostPath source;  // without symlinks: opened with RESOLVE_NO_SYMLINKS
  BoxPath target;
  FileType type = FileType::kDirectory;
  BindAccess access = BindAccess::kReadOnly;
  bool executable = true;
  bool devices = false;              // device nodes work; only for what /dev needs and device grants
  std::optional<Identity> identity;  // what was planned; the launcher refuses anything else. Absent only for what hutch
                                     // itself makes: in the instance directory, and Plan::directories
  std::optional<HostPath> fallback;  // taken, under the same rules and with `identity`, when `source` does not exist
                                     // (ENOENT); `source` itself is then hutch's own and carries no identity
  bool operator==(const Bind&) const = default;
};

// A fresh tmpfs, nosuid unless said otherwise, and nodev. Sizes are always given; the kernel's default of half the
// memory is never used.
struct Tmpfs {
  BoxPath target;
  std::uint64_t size = 0;    // bytes
  std::uint64_t inodes = 0;  // files
  std::uint32_t mode = 0755;
  bool executable = true;
  bool set_user_id = false;  // such bits work on it: for systems (Sandbox::system) only
  bool operator==(const Tmpfs&) const = default;
};

// A fresh /proc of the sandbox's pid namespace. `masked` hides what proc(5) shows of the whole machine and makes
// /proc/sys, /proc/bus, /proc/fs, /proc/irq read-only.
struct Proc {
  BoxPath target;
  bool masked = true;
  bool operator==(const Proc&) const = default;
};

// A minimal /dev: null zero full random urandom tty, std links, an own devpts, shm.
struct Dev {
  BoxPath target;
  std::uint64_t shm_size = 0;  // bytes
  bool operator==(const Dev&) const = default;
};

struct Dir {
  BoxPath target;
  std::uint32_t mode = 0755;
  bool operator==(const Dir&) const = default;
};

// A regular file with this content, on whatever is mounted there (a tmpfs of the plan's own).
struct File {
  BoxPath target;
  std::string content;
  std::uint32_t mode = 0644;
  bool operator==(const File&) const = default;
};

struct Symlink {
  BoxPath target;         // where the link stands
  std::string points_to;  // its text, absolute inside or relative
  bool operator==(const Symlink&) const = default;
};

// An empty, read-only, mode-0 cover over something that exists inside; nothing is done where it does not exist.
struct Mask {
  BoxPath target;
  bool operator==(const Mask&) const = default;
};

// Makes the mount at `target` (and nothing below it) read-only; for a tmpfs once it has been filled.
struct Seal {
  BoxPath target;
  bool operator==(const Seal&) const = default;
};

// Barrier #2: steps behind it need what the coordinator prepares (proxy sockets, documents, scope placement).
// At most one in a plan; the launcher waits here, then leaves the host's cgroup namespace.
struct AwaitHelpers {
  bool operator==(const AwaitHelpers&) const = default;
};

// The sandbox's own cgroup and what is made below it (cgroup2, cgroups(7)), writable; behind AwaitHelpers, and for
// systems only. With it the system's own command is PID 1 of a pid namespace within the sandbox's, and becomes its
// init; /proc is that namespace's when its step, too, comes behind AwaitHelpers.
struct ControlGroups {
  BoxPath target;
  bool operator==(const ControlGroups&) const = default;
};

using Step = std::variant<Bind, Tmpfs, Proc, Dev, Dir, File, Symlink, Mask, Seal, AwaitHelpers, ControlGroups>;

// Where a step acts; "/" for AwaitHelpers.
[[nodiscard]] const BoxPath& target_of(const Step& step);

}  // namespace hutch::plan
