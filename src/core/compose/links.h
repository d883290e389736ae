// Symlinks a sandboxed program may have planted, so that a grant or a file handed over leads somewhere else than its
// name says (CVE-2024-42472, CVE-2026-34078).
#pragma once

#include <optional>
#include <vector>

#include "core/facts/facts.h"

namespace hutch::compose {

// The first symlink on the way to `path` in a directory that a sandbox may write to: one of the user's, or anybody's.
// Ancestors of protected places are not such directories: they are always taken apart, so that nothing made in them
// inside reaches the host. Needs the facts of all ancestors of `path`.
[[nodiscard]] std::optional<HostPath> planted_link(const facts::Facts& facts, const HostPath& path);

// Whether `path` comes out at or below a secret, or a file that makes something run, without naming it.
// Needs the facts of protected_paths().
[[nodiscard]] bool leads_into_protected(const facts::Facts& facts, const HostPath& path, const HostPath& real);

// The places in question and their ancestors: any of them may be a symlink itself.
[[nodiscard]] std::vector<HostPath> protected_paths(const facts::Facts& facts);

}  // namespace hutch::compose
