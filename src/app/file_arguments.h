// Files named on the command line of an app: they are handed over with it.
#pragma once

#include <string>
#include <vector>

#include "core/profile/model.h"
#include "core/profile/request.h"

namespace hutch::app {

// --cwd, else where we are; "/" when that has no path any more.
[[nodiscard]] Result<HostPath> working_directory(const profile::Request& request);

// Existing regular files among the arguments of an app with a screen, with the access of the profile's `open` key, and
// the files of --bind-arg of whatever app.
[[nodiscard]] Result<std::vector<profile::FileArgument>> file_arguments(const profile::Request& request,
                                                                        const std::vector<std::string>& bind_arguments,
                                                                        const profile::Profile& profile,
                                                                        const HostPath& directory);

}  // namespace hutch::app
