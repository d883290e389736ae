// Debian's package database, read as files: dpkg itself is never run. Where there is none everything is empty.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/path.h"

namespace hutch::host {

// The package a file belongs to, "" when none; `likely` are names to look at first.
[[nodiscard]] std::string package_of(const HostPath& file, const std::vector<std::string>& likely);
[[nodiscard]] std::vector<HostPath> files_of_package(const std::string& package);
// The names in Depends, alternatives included.
[[nodiscard]] std::set<std::string> dependencies_of_package(const std::string& package);

// The source a package is made from: Source, else its own name.
[[nodiscard]] std::string source_of_package(const std::string& package);

}  // namespace hutch::host
