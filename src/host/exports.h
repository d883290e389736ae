// Files that an export puts where files of the user may be: $XDG_DATA_HOME/hutch/desktop/NAME/ has a manifest of them,
// what was written (N.ours) and what was there before (N.before, the very same file by another name).
//
// A manifest names a file before it is touched, each step is one rename, and no step needs to know of the next: what a
// killed process left, the next export or unexport brings to an end.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/facts/facts.h"
#include "os/fd.h"

namespace hutch::host {

inline constexpr std::size_t kExportedFileLimit = 4u << 20;

struct ExportedFile {
  HostPath path;
  unsigned number = 0;
};

struct Export {
  std::string name;  // "gedit", "gedit@work", "/usr/bin/tool"
  std::vector<std::string> options;
  std::vector<ExportedFile> files;
  std::vector<HostPath> directories;  // made for them
  unsigned next = 1;
};

struct WantedFile {
  HostPath path;
  std::string content;
  mode_t mode = 0644;
};

// What came of it, for people.
struct ExportChanges {
  std::vector<HostPath> written;
  std::vector<HostPath> restored;  // what was there before is there again
  std::vector<HostPath> removed;
  std::vector<HostPath> left;  // somebody changed it since: it stays as it is
  std::vector<HostPath> kept;  // what was there before a file that is left
};

// Held while exports are read and changed; waits for whoever holds it.
[[nodiscard]] Result<os::Fd> lock_exports(const facts::Facts& facts);
// What a process left that was killed while it began or forgot an export; needs the lock.
[[nodiscard]] Status sweep_exports(const facts::Facts& facts);
[[nodiscard]] Result<std::vector<Export>> list_exports(const facts::Facts& facts);
[[nodiscard]] Result<Export> read_export(const facts::Facts& facts,
                                         const std::string& name);  // empty when there is none

// Makes the export's files be these and no others. A file that somebody changed since is left; one that is gone is
// written again.
[[nodiscard]] Status put_export(const facts::Facts& facts, Export exported, const std::vector<WantedFile>& wanted,
                                ExportChanges& changes);
[[nodiscard]] Status take_back_export(const facts::Facts& facts, const Export& exported, ExportChanges& changes);

// kPending: named in the manifest, and the process that was to write it was killed.
enum class FileState : std::uint8_t { kOurs, kGone, kChanged, kPending };
[[nodiscard]] FileState state_of(const facts::Facts& facts, const Export& exported, const ExportedFile& file);
// Where the file that was there before is now; it may be absent.
[[nodiscard]] HostPath kept_file(const facts::Facts& facts, const Export& exported, const ExportedFile& file);

}  // namespace hutch::host
