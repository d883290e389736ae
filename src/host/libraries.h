// Which libraries a program asks for.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/path.h"

namespace hutch::host {

struct Needed {
  std::vector<std::string> libraries;  // DT_NEEDED
  std::vector<std::string> places;     // DT_RUNPATH or DT_RPATH, split, $ORIGIN filled in
};

// Absent for anything that is not a sound 64-bit little-endian ELF file; elf(5). Every offset is checked.
[[nodiscard]] std::optional<Needed> read_needed(const HostPath& file);

inline constexpr std::size_t kClosureLimit = 600;  // libraries

// The libraries that `files` name, and those and all that they name in turn, found where the loader would look.
struct Closure {
  std::set<std::string> linked;
  std::set<std::string> loaded;
};
[[nodiscard]] Closure read_closure(const std::vector<HostPath>& files);

}  // namespace hutch::host
