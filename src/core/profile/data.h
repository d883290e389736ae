// Where an app keeps its data in a home when nothing stands between it and that home.
#pragma once

#include <string>
#include <vector>

#include "core/profile/model.h"

namespace hutch::profile {

// Below the home, as `data` of the profile says; without it the usual places of a program that has a desktop entry.
// Places that hold more than one program's data are not among the guesses.
[[nodiscard]] std::vector<std::string> data_paths(const Profile& profile);

}  // namespace hutch::profile
