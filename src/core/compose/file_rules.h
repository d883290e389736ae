// The file grants of a profile and the built-in lists as one set of rules: which host path is shown how.
//
// The most specific rule wins. Rules are compared by real paths, so that a symlink on the host neither opens what is
// hidden nor hides what is granted.
#pragma once

#include <optional>
#include <vector>

#include "core/facts/facts.h"
#include "core/profile/model.h"

namespace hutch::compose {

enum class Show : std::uint8_t { kHidden, kRead, kWrite };

struct FileRule {
  HostPath path;  // as named: where it appears inside
  HostPath real;
  Show show = Show::kHidden;
  bool executable = true;
  bool create = false;
  const profile::Grant* grant = nullptr;  // absent: built in
};

// The profile with locks and revokes applied to the paths that file names come to on this host.
[[nodiscard]] profile::Profile settled(const profile::Profile& profile, const facts::Facts& facts);
// The path a grant names; absent when the host has no such place.
[[nodiscard]] std::optional<HostPath> path_of(const profile::Grant& grant, const facts::Facts& facts);
// `path` with the symlinks of what exists of it resolved, as far as facts know.
[[nodiscard]] HostPath real_of(const facts::Facts& facts, const HostPath& path);

// Empty when nothing is granted. `profile` is settled. Refuses grants of hutch's own places, of the session's
// controls and of what has a grant of its own kind.
[[nodiscard]] Result<std::vector<FileRule>> file_rules(const profile::Profile& profile, const facts::Facts& facts);
// Whether showing `outer` whole would show more of `inner`, below it, than `inner` says.
[[nodiscard]] bool is_carved_by(const FileRule& outer, const FileRule& inner);

// Host paths whose facts decide the rules.
[[nodiscard]] std::vector<HostPath> paths_of_rules(const profile::Profile& profile, const facts::Facts& facts);

}  // namespace hutch::compose
