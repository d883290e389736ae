// What every part of the composer looks at.
#pragma once

#include "core/compose/compose.h"
#include "core/desktop/desktop.h"
#include "core/desktop/display.h"

namespace hutch::compose {

struct Scene {
  const profile::Profile& profile;  // with its files settled
  const facts::Facts& facts;
  const profile::Request& request;
  const Launch& launch;
  desktop::Place place;
  desktop::Display display;
};

// A grant's own words and place, for errors: "profiles/x.toml:3:9: --filesystem=home".
[[nodiscard]] std::string cite(const profile::Grant& grant);

}  // namespace hutch::compose
