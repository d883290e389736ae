#include "images/settings.h"

#include <cstdlib>
#include <optional>
#include <vector>

#include "base/path.h"
#include "os/file.h"

namespace hutch::images {
namespace {

constexpr const char* kSystemDirectory = "/etc/containers";

Status add_file(const HostPath& path, image::Registries& registries) {
  const std::string bytes = TRY(os::read_file(path, image::kRegistriesFileLimit));
  return image::add_registries_file(registries, bytes, path.str());
}

Status add_drop_ins(const std::string& parent, image::Registries& registries) {
  const HostPath directory = TRY(HostPath::parse(parent + "/registries.conf.d"));
  if (!os::exists(directory)) return {};
  for (const std::string& name : TRY(os::list_directory(directory))) {
    if (!name.ends_with(".conf")) continue;
    const HostPath path = TRY(directory.join(name));
    TRY(add_file(path, registries));
  }
  return {};
}

}  // namespace

std::string user_containers_directory() {
  const char* const config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && *config == '/') return std::string(config) + "/containers";
  const char* const home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? std::string(home) + "/.config/containers" : std::string();
}

Result<image::Registries> read_registries() {
  image::Registries registries;
  if (const char* const chosen = std::getenv("CONTAINERS_REGISTRIES_CONF"); chosen != nullptr && *chosen != '\0') {
    const HostPath path = TRY(HostPath::parse(chosen));
    TRY(add_file(path, registries));
    return registries;
  }
  const std::string user = user_containers_directory();
  for (const std::string& directory : {user, std::string(kSystemDirectory)}) {
    if (directory.empty()) continue;
    const HostPath path = TRY(HostPath::parse(directory + "/registries.conf"));
    if (!os::exists(path)) continue;
    TRY(add_file(path, registries));
    break;
  }
  for (const std::string& directory : {std::string(kSystemDirectory), user}) {
    if (!directory.empty()) TRY(add_drop_ins(directory, registries));
  }
  return registries;
}

}  // namespace hutch::images
