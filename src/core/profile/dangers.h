// Names and places that give more than they seem to: for lint and explain.
#pragma once

#include <string_view>

#include "core/profile/model.h"

namespace hutch::profile {

struct Danger {
  const char* name = "";  // a bus name, or a path below the home or absolute
  const char* why = "";   // N_()
};

// The first dangerous name that a grant on `name` reaches; nullptr when there is none.
[[nodiscard]] const Danger* bus_danger(std::string_view name);
// The first dangerous place at or above or below `path`, which lets a program act outside when it can write there.
[[nodiscard]] const Danger* writable_danger(std::string_view path);
// Secrets that reading alone gives away.
[[nodiscard]] const Danger* readable_danger(std::string_view path);

// What a grant costs; nullptr when it is harmless. Sockets, devices, portals and features take it from the vocabulary.
[[nodiscard]] const char* risk_of(const Grant& grant);

}  // namespace hutch::profile
