#include "core/compose/links.h"

#include <algorithm>
#include <set>

#include "core/compose/file_rules.h"
#include "core/compose/secrets.h"

namespace hutch::compose {
namespace {

using facts::Facts;
using facts::PathFact;

constexpr std::uint32_t kOthersMayWrite = 022;

std::vector<HostPath> protected_places(const Facts& facts) {
  std::vector<HostPath> places = secret_paths(facts);
  for (const auto& more : {start_up_paths(facts), own_places(facts)}) {
    places.insert(places.end(), more.begin(), more.end());
  }
  return places;
}

bool may_be_written_inside(const Facts& facts, const PathFact& directory, const std::vector<HostPath>& places) {
  if (directory.owner != facts.user.uid && (directory.mode & kOthersMayWrite) == 0) return false;
  return std::none_of(places.begin(), places.end(),
                      [&](const HostPath& place) { return real_of(facts, place).is_below(directory.real); });
}

}  // namespace

std::optional<HostPath> planted_link(const Facts& facts, const HostPath& path) {
  std::optional<std::vector<HostPath>> places;  // made when the first link is met
  HostPath walked;
  for (const std::string_view name : path.components()) {
    const PathFact* const directory = facts.find(walked);
    const HostPath real_directory = directory == nullptr ? walked : directory->real;
    const HostPath next = walked / name;
    const PathFact* const entry = facts.find(next);
    if (entry != nullptr && directory != nullptr && entry->real != real_directory / name) {
      if (!places) places = protected_places(facts);
      if (may_be_written_inside(facts, *directory, *places)) return next;
    }
    walked = next;
  }
  return std::nullopt;
}

bool leads_into_protected(const Facts& facts, const HostPath& path, const HostPath& real) {
  if (path == real) return false;
  const std::vector<HostPath> places = protected_places(facts);
  return std::any_of(places.begin(), places.end(), [&](const HostPath& place) {
    return real.is_at_or_below(real_of(facts, place)) && !path.is_at_or_below(place);
  });
}

std::vector<HostPath> protected_paths(const Facts& facts) {
  std::set<HostPath> paths;
  for (HostPath path : protected_places(facts)) {
    for (; !path.is_root() && paths.insert(path).second; path = path.parent()) continue;
  }
  return {paths.begin(), paths.end()};
}

}  // namespace hutch::compose
