// What a wide grant never opens, and what it opens only for reading.
//
// "Wide" is any grant of a directory that has one of these below it; a grant that names one of them, or something in
// it, is taken at its word. The lists are a net below the profile, not a promise: a secret kept elsewhere is not here.
#pragma once

#include <vector>

#include "core/facts/facts.h"

namespace hutch::compose {

// Keys, tokens, password stores, browser and mail profiles, histories, data of other sandboxes.
[[nodiscard]] std::vector<HostPath> secret_paths(const facts::Facts& facts);
// Files whose change makes something run later, outside: shell start-up, autostart, units, desktop entries, PATH.
[[nodiscard]] std::vector<HostPath> start_up_paths(const facts::Facts& facts);
// hutch's own places: never inside a sandbox, whatever is granted.
[[nodiscard]] std::vector<HostPath> own_places(const facts::Facts& facts);
// Directories of the root that `host` leaves out: the sandbox has its own, or they are the system's.
[[nodiscard]] std::vector<HostPath> left_out_of_host();
// Sockets whose owner can become root, or leave any sandbox.
[[nodiscard]] std::vector<HostPath> powerful_sockets(const facts::Facts& facts);
// Files of the runtime directory that no grant opens: they control the session itself or belong to hutch.
[[nodiscard]] std::vector<HostPath> session_controls(const facts::Facts& facts);

}  // namespace hutch::compose
