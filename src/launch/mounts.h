// The mount API by descriptor: open_tree(2), move_mount(2), mount_setattr(2), fsopen(2), and openat2(2) beneath them.
//
// Nothing here formats or reports: what fails leaves errno. Where mount_setattr is missing (before 5.12) attributes are
// applied after attaching, to every submount found in /proc/self/mountinfo.
#pragma once

#include <cstdint>
#include <span>

#include "launch/scratch.h"
#include "os/fd.h"

namespace hutch::launch {

// openat2 with these RESOLVE_* flags, close-on-exec; empty with errno on failure.
[[nodiscard]] os::Fd open_with(int directory, const char* path, std::uint64_t flags, std::uint64_t resolve,
                               std::uint64_t mode = 0);
// Beneath `directory`, following no symlink of any kind.
[[nodiscard]] os::Fd open_beneath(int directory, const char* path, std::uint64_t flags, std::uint64_t mode = 0);

// A detached copy of a tree of mounts.
struct Tree {
  int fd = -1;  // borrowed
  std::uint64_t attributes = 0;
  bool is_bare = false;  // the attributes are still to be applied, which the kernel can do only once it is attached
};
// The tree at `path` below `directory`, submounts included, with MOUNT_ATTR_* added to each of its mounts, which also
// leave their peer groups; "" is the directory itself. fd is -1 on failure.
[[nodiscard]] Tree clone_tree(int directory, const char* path, std::uint64_t attributes, Scratch& scratch);
[[nodiscard]] os::Fd clone_bare(int directory, const char* path);
// Puts a detached mount on `name` in `directory`; a symlink there is not followed.
[[nodiscard]] bool attach(int mount, int directory, const char* name);
[[nodiscard]] bool attach(const Tree& tree, int directory, const char* name);
// Adds MOUNT_ATTR_* to the mount at `mount` and to nothing below it.
[[nodiscard]] bool restrict_mount(int mount, std::uint64_t attributes);

struct Option {
  const char* name;
  const char* value;
};
// A new file system instance, not attached yet; borrowed, -1 on failure.
[[nodiscard]] int make_filesystem(const char* type, std::span<const Option> options, std::uint64_t attributes,
                                  Scratch& scratch);

}  // namespace hutch::launch
