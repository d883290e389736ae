// Programs on the host: found by path or by $PATH, and judged by where they come from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/path.h"

namespace hutch::host {

struct ProgramFile {
  HostPath path;                // absolute as found, the last part's symlinks kept
  HostPath real;                // without symlinks
  std::vector<HostPath> names;  // `path`, the same without symlinks on the way, and `real`
  bool is_roots = false;        // the real file is root's and nobody else may write it
};

// Errors are kNotFound and kNotRunnable, for exit statuses 127 and 126.
[[nodiscard]] Result<ProgramFile> find_path(const std::string& text);  // absolute, or relative to the working directory
[[nodiscard]] Result<ProgramFile> find_command(const std::string& name);       // in $PATH, shims passed over
[[nodiscard]] Result<ProgramFile> find_program_file(const std::string& text);  // a path when it has a slash

// A file of `desktop export` that leads a command through hutch.
[[nodiscard]] bool is_shim(const ProgramFile& program);
// What a shell finds in $PATH: a shim too.
[[nodiscard]] std::optional<ProgramFile> first_in_path(const std::string& name);
// An AppImage: an ELF file with "AI" and its version at offset 8 (the AppImage specification, "The AppImage format").
[[nodiscard]] bool is_appimage(const HostPath& program);
// Why a launcher that only starts a snap or a Flatpak is not run; absent for other programs.
[[nodiscard]] std::optional<Error> wrapper_refusal(const ProgramFile& program);
// `shown` is what the user asked for, the other what it is called there.
[[nodiscard]] Error snap_refusal(const std::string& shown, const std::string& snap);
[[nodiscard]] Error flatpak_refusal(const std::string& shown, const std::string& app);

}  // namespace hutch::host
