// Finds and reads profile files. Search order, later ranks higher: $datadir/hutch/profiles/{base,apps},
// /etc/hutch/profiles, $XDG_CONFIG_HOME/hutch/profiles, overrides. HUTCH_PROFILE_PATH replaces the first.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/facts/facts.h"
#include "core/profile/model.h"
#include "core/profile/request.h"

namespace hutch::host {

// Which profile a request means and what program it starts.
struct Resolved {
  ProfileName profile;
  HostPath program;                       // absolute, symlinks of the last part kept as typed in argv[0]
  std::vector<std::string> arguments;     // argv
  std::optional<std::string> desktop_id;  // when found through a desktop entry
  std::optional<profile::Layer> derived;  // the profile itself when no file holds it
  std::optional<Error> refusal;           // it only starts what has a sandbox of its own
  std::string note;                       // "no profile matches; running under 'untrusted'", or empty
};

[[nodiscard]] Result<Resolved> resolve(const facts::Facts& facts, const profile::Request& request);
// The profile's layers: itself, its extends chain, administrator, user and override files.
[[nodiscard]] Result<std::vector<profile::Layer>> load_layers(const facts::Facts& facts, const ProfileName& profile,
                                                              const BoxName& box);
// The same for a profile that is no file: its bases and overrides beside it.
[[nodiscard]] Result<std::vector<profile::Layer>> load_layers_below(const facts::Facts& facts, profile::Layer own,
                                                                    const BoxName& box);

[[nodiscard]] Result<std::vector<profile::Layer>> load_layers(const facts::Facts& facts, const Resolved& resolved,
                                                              const BoxName& box);

struct Listed {
  ProfileName id;
  HostPath file;
  profile::Rank rank = profile::Rank::kShipped;
  bool is_base = false;
};
[[nodiscard]] Result<std::vector<Listed>> list_profiles(const facts::Facts& facts);
[[nodiscard]] Result<profile::Layer> read_layer(const HostPath& file, profile::Rank rank);

}  // namespace hutch::host
