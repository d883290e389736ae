// Profile + facts + request -> Plan. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/facts/facts.h"
#include "core/plan/plan.h"
#include "core/profile/model.h"
#include "core/profile/request.h"

namespace hutch::compose {

// What a toolbox brings along: the system that takes the place of the host's.
struct System {
  std::string name;  // the toolbox's
  plan::Overlay root;
  HostPath home;                 // where its home is kept
  bool has_own_id_only = false;  // all of its files are the user's, who is root inside
  HostPath guest;                // hutch-guest, which makes it ready and starts commands in it
  std::string hostname;
  std::string shell;      // empty: the user's
  bool has_init = false;  // the image's own init runs, with cgroups of its own
  std::vector<std::string> environment;
};

// What the host side decided before composing.
struct Launch {
  InstanceId instance;
  HostPath program;                    // resolved command, absolute on the host
  std::vector<std::string> arguments;  // argv, [0] included
  HostPath directory;                  // the caller's working directory
  std::optional<HostPath> unpacked;    // of an AppImage: the directory with what is in it
  // Of a run that is the main program of a service.
  std::string unit;                       // the service: limits are set on it, and there is no scope
  std::optional<HostPath> notify_socket;  // the manager's, where the app may tell how it is: sd_notify(3)
  std::string watchdog;                   // WATCHDOG_USEC
  std::vector<std::int32_t> sockets;      // what the manager listens on for it: sd_listen_fds(3)
  std::string socket_names;               // LISTEN_FDNAMES
  std::optional<System> system;           // of a toolbox; program, arguments and directory are then unused
};

// What compose() will ask facts for. host/gather.h answers all of it; in this order, because each builds on the last:
// the program (a box may be named for where it really is), paths, listings, then paths again, now with what the
// listings named.
//
// Host paths whose PathFact compose() will ask for.
[[nodiscard]] std::vector<HostPath> wanted_paths(const profile::Profile& profile, const facts::Facts& facts,
                                                 const profile::Request& request, const Launch& launch);
// Directories whose names it will ask for: those with something hidden or protected below a grant.
[[nodiscard]] std::vector<HostPath> wanted_listings(const profile::Profile& profile, const facts::Facts& facts,
                                                    const profile::Request& request, const Launch& launch);
// Variables of the caller that the profile names beyond facts::kInheritedVariables.
[[nodiscard]] std::vector<std::string> wanted_variables(const profile::Profile& profile);

// Errors name the grant (with origin) that cannot be honoured and its cure.
[[nodiscard]] Result<plan::Plan> compose(const profile::Profile& profile, const facts::Facts& facts,
                                         const profile::Request& request, const Launch& launch);

}  // namespace hutch::compose
