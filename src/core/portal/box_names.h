// The bus names of an app in a box beside its default one. The app asks for the same names everywhere; on the bus the
// box's part stands behind each, so that both can run and neither gets what was meant for the other.
#pragma once

#include <string>
#include <vector>

#include "core/profile/model.h"

namespace hutch::portal {

// The last part of the app's id; empty for the default box.
[[nodiscard]] std::string box_part(const profile::Profile& profile);
// What the app may own on the session bus, as it says it: "org.example.App.*", names of media players, `own` grants.
[[nodiscard]] std::vector<std::string> own_names(const profile::Profile& profile);
// "org.example.App.*" in the box "work" is "org.example.App.work.*".
[[nodiscard]] std::string in_box(const std::string& pattern, const std::string& part);

}  // namespace hutch::portal
