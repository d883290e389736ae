// Files of the image, from inside: read with limits, replaced whole or not at all. Links on the way are followed, as
// everything here is: what an image says about itself concerns nobody else.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/file.h"

namespace hutch::guest {

// Nothing when the file is missing.
[[nodiscard]] Result<std::optional<std::string>> read_text(const char* path, std::size_t limit);
// Keeps mode and owner of the file it replaces; a new one gets `mode` and belongs to root.
[[nodiscard]] Status replace_text(const char* path, std::string_view content, mode_t mode, os::Lasting lasting);
// Writes only when the file has other content, or none. Not for what a power cut must not take: it would come back at
// the next start.
[[nodiscard]] Status keep_text(const char* path, std::string_view content, mode_t mode);
// A symbolic link in the place of whatever file or link is there; nothing happens when it is there already.
[[nodiscard]] Status keep_link(const char* path, const char* target);
[[nodiscard]] Status keep_directory(const char* path, mode_t mode);
[[nodiscard]] Status remove_file(const char* path);  // absent is fine

[[nodiscard]] bool is_there(const char* path);  // a dangling link is
[[nodiscard]] bool is_empty(const char* path);  // missing, too
[[nodiscard]] bool is_directory(const char* path);
[[nodiscard]] bool is_program(const char* path);  // a regular file that somebody may execute

}  // namespace hutch::guest
