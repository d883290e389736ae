// Whole files and directories by path, with limits, atomically, without being led astray.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/path.h"
#include "os/fd.h"

namespace hutch::os {

// openat2(2) with close-on-exec; `resolve` are RESOLVE_* flags. EINTR and EAGAIN are retried.
[[nodiscard]] Result<Fd> open_at(int directory, const char* path, std::uint64_t flags, std::uint64_t mode,
                                 std::uint64_t resolve);
// A host path with plain resolution.
[[nodiscard]] Result<Fd> open_path(const HostPath& path, std::uint64_t flags, std::uint64_t mode = 0);

// A regular file of at most `limit` bytes; anything else (fifo, device, larger) is refused without blocking.
[[nodiscard]] Result<std::string> read_file(const HostPath& path, std::size_t limit);
// All that is left behind a descriptor, at most `limit` bytes.
[[nodiscard]] Result<std::string> read_all(int fd, std::size_t limit);
[[nodiscard]] Status write_all(int fd, std::string_view bytes);
enum class Lasting { kPowerCut, kProcess };  // what the content must outlive

// Writes beside and renames: readers see the old or the new content whole; with kPowerCut, which costs two fsync(2)s,
// also after one.
[[nodiscard]] Status replace_file(const HostPath& path, std::string_view content, mode_t mode,
                                  Lasting lasting = Lasting::kPowerCut);

// Makes the directory and missing parents with this mode; an existing one is left as it is.
[[nodiscard]] Status make_directories(const HostPath& path, mode_t mode);
// Removes a file or a whole tree by directory descriptors, following no symlink; absent is fine.
[[nodiscard]] Status remove_tree(const HostPath& path);
// Names in a directory, sorted, without "." and "..".
[[nodiscard]] Result<std::vector<std::string>> list_directory(const HostPath& path);
// The same of an open directory, which may be O_PATH.
[[nodiscard]] Result<std::vector<std::string>> list_directory(int directory);
[[nodiscard]] bool exists(const HostPath& path);  // follows symlinks

// An exclusive open-file-description lock (fcntl(2), F_OFD_SETLK) without waiting: true when it is now ours.
[[nodiscard]] Result<bool> try_lock(int fd);
// The same lock, waited for (F_OFD_SETLKW); a signal that ends the program ends the wait.
[[nodiscard]] Status lock(int fd);

}  // namespace hutch::os
