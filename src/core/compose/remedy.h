// Which grants would allow what an app was refused: `hutch why`. Named capabilities come before holes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/facts/facts.h"
#include "core/plan/plan.h"
#include "core/profile/model.h"

namespace hutch::compose {

enum class BusNeed : std::uint8_t { kSee, kTalk, kOwn };

// What a refused member of the bus itself, or of a name, would have needed.
[[nodiscard]] BusNeed need_of(std::string_view member);
// Whether these rules of the proxy allow it.
[[nodiscard]] bool allows(const std::vector<std::string>& rules, std::string_view name, BusNeed need);
// Features and portals first; else the name by itself, on the bus it belongs to.
[[nodiscard]] std::vector<profile::Grant> remedies_of_name(const profile::Profile& profile, std::string_view name,
                                                           BusNeed need, bool is_system_name);
// Features whose system calls hold this one. None: no feature does, or it is allowed already with other arguments.
[[nodiscard]] std::vector<profile::Grant> remedies_of_call(const profile::Profile& profile, const std::string& name);

// Where a path of the host is in a sandbox.
struct Sight {
  enum class Kind : std::uint8_t {
    kMissing,  // not on the host, or out of the user's own reach
    kShown,
    kPrivate,  // inside stands something of the app's own: its home, a fresh directory, a device of its own
    kHidden,
  } kind = Kind::kHidden;
  BoxPath inside;            // kShown: where
  bool is_writable = false;  // kShown
  std::string by;  // what decides it: a grant and its line, a list of hutch's own, or nothing that would show it
  bool operator==(const Sight&) const = default;
};
// Facts of the path and those above it are asked for: paths_of_sight().
[[nodiscard]] Sight look_for(const plan::Plan& plan, const profile::Profile& profile, const facts::Facts& facts,
                             const HostPath& path);
[[nodiscard]] std::vector<HostPath> paths_of_sight(const profile::Profile& profile, const facts::Facts& facts,
                                                   const HostPath& path);
// The grant that would show it: of its own kind where it has one (a socket, a device), else of the path.
[[nodiscard]] std::vector<profile::Grant> remedies_of_path(const facts::Facts& facts, const HostPath& path);

}  // namespace hutch::compose
