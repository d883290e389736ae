// Which programs and desktop ids the installed profiles are for, without reading them all on every run.
//
// The index is kept in $XDG_CACHE_HOME/hutch/profiles.index, each entry under its file's path, inode, size and times.
// It is a hint: whoever finds a profile here reads the file itself before believing it. Deleting it is harmless.
#pragma once

#include <string>
#include <vector>

#include "core/facts/facts.h"
#include "core/profile/model.h"

namespace hutch::host {

struct IndexEntry {
  ProfileName id;
  HostPath file;
  profile::Rank rank = profile::Rank::kShipped;
  profile::Match match;
  bool is_broken = false;  // it cannot be read; it matches nothing
};

enum class Freshness : std::uint8_t { kCached, kReadAgain };
// Every profile file there is, lowest rank first, then by name.
[[nodiscard]] Result<std::vector<IndexEntry>> read_index(const facts::Facts& facts, Freshness freshness);

}  // namespace hutch::host
