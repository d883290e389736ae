#include "core/profile/data.h"

#include <algorithm>
#include <array>

namespace hutch::profile {
namespace {

// Names below a dot or in .config that are not one app's.
constexpr std::array<std::string_view, 14> kShared = {"aws",    "autostart", "cache",   "config", "dconf",
                                                      "docker", "gnupg",     "hutch",   "kube",   "local",
                                                      "pki",    "ssh",       "systemd", "var"};

bool is_own(const std::string& name) {
  return std::find(kShared.begin(), kShared.end(), name) == kShared.end();
}

}  // namespace

std::vector<std::string> data_paths(const Profile& profile) {
  if (!profile.data.empty() || profile.match.desktop.empty()) return profile.data;
  std::vector<std::string> names{profile.id.str()};
  names.insert(names.end(), profile.match.desktop.begin(), profile.match.desktop.end());
  for (const HostPath& command : profile.match.command) names.emplace_back(command.name());
  std::vector<std::string> paths;
  for (const std::string& name : names) {
    if (!is_own(name) || name.starts_with('.')) continue;
    for (const char* const place : {".config/", ".local/share/", "."}) paths.push_back(place + name);
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

}  // namespace hutch::profile
