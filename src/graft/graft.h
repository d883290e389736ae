#pragma once

#include <span>

namespace hutch::graft {

// Takes the mount on `name` away; open files and working directories keep it alive (umount2(2), MNT_DETACH). A mount
// point cannot be renamed, and a symlink is not followed.
[[nodiscard]] bool detach(int directory, const char* name);

// Both return the exit status.
[[nodiscard]] int give();
[[nodiscard]] int take(const char* seconds, std::span<char* const> mounts);

}  // namespace hutch::graft
