// Mount attributes on a kernel without mount_setattr(2), before 5.12: mount(2) with MS_REMOUNT | MS_BIND, one mount at
// a time. The host's /proc must still be reachable at "/proc".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hutch::launch {

// One line of /proc/self/mountinfo (proc(5)): numbers, and the mount point with its octal escapes.
struct MountLine {
  std::uint64_t id = 0;
  std::uint64_t parent = 0;
  std::string_view point;
};
[[nodiscard]] std::optional<MountLine> parse_mount_line(std::string_view line);
// Undoes the kernel's \ooo escapes in place; returns the new length.
[[nodiscard]] std::size_t unescape(char* text, std::size_t size);

// Both leave errno. Flags a mount already has are kept: they may be locked (mount_namespaces(7)).
[[nodiscard]] bool remount_one(int mount, std::uint64_t attributes);
// The attached mount and everything mounted below it; all of it becomes private.
[[nodiscard]] bool remount_tree(int mount, std::uint64_t attributes);

}  // namespace hutch::launch
