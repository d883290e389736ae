// Which display a sandbox gets, decided once for wayland.cc, x11.cc and the composer.
#pragma once

#include "core/facts/facts.h"
#include "core/profile/model.h"

namespace hutch::desktop {

struct Display {
  bool wants_any = false;  // the profile grants one
  bool wayland = false;    // granted, and the host has it
  bool x11 = false;        // granted and there; `fallback-x11` only where Wayland is not
};

[[nodiscard]] Display display_of(const profile::Profile& profile, const facts::Facts& facts);

}  // namespace hutch::desktop
