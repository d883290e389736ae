// What a graphical program needs of the desktop, as steps, environment and helpers.
#pragma once

#include <string>
#include <vector>

#include "core/facts/facts.h"
#include "core/plan/plan.h"
#include "core/profile/model.h"

namespace hutch::desktop {

// Additions to a plan; every rule file returns one.
struct Part {
  std::vector<plan::Step> steps;
  std::vector<plan::Step> late_steps;  // behind the AwaitHelpers barrier
  std::vector<std::string> environment;
  std::vector<plan::Helper> helpers;
  std::vector<std::string> weakenings;
  std::vector<std::string> warnings;
};

// Where the sandbox keeps its sockets: $XDG_RUNTIME_DIR, at the same path inside as outside.
struct Place {
  BoxPath runtime;
  BoxPath home;
  HostPath instance_directory;
};

[[nodiscard]] Result<Part> wayland(const profile::Profile& profile, const facts::Facts& facts, const Place& place);
[[nodiscard]] Result<Part> x11(const profile::Profile& profile, const facts::Facts& facts, const Place& place);
[[nodiscard]] Result<Part> audio(const profile::Profile& profile, const facts::Facts& facts, const Place& place);
[[nodiscard]] Result<Part> devices(const profile::Profile& profile, const facts::Facts& facts, const Place& place);
// Fonts, icons, themes, cursors, toolkit settings: read-only.
[[nodiscard]] Result<Part> look(const profile::Profile& profile, const facts::Facts& facts, const Place& place);
// cups, pcsc, gpg-agent, ssh-auth.
[[nodiscard]] Result<Part> agents(const profile::Profile& profile, const facts::Facts& facts, const Place& place);
// Host paths the rules above will ask facts for.
[[nodiscard]] std::vector<HostPath> wanted_paths(const profile::Profile& profile, const facts::Facts& facts);

}  // namespace hutch::desktop
