#include "images/certificates.h"

#include <cstdlib>
#include <vector>

#include "base/path.h"
#include "os/file.h"

namespace hutch::images {
namespace {

constexpr std::size_t kCertificateLimit = 1u << 20;  // bytes of one file
constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

Status add_directory(const HostPath& directory, Security& security) {
  for (const std::string& name : TRY(os::list_directory(directory))) {
    const HostPath path = TRY(directory.join(name));
    if (name.ends_with(".crt")) {
      security.authorities += TRY(os::read_file(path, kCertificateLimit)) + "\n";
    } else if (name.ends_with(".cert")) {
      security.certificate = path.str();
      security.key = directory.str() + "/" + name.substr(0, name.size() - 4) + "key";
    }
  }
  return {};
}

std::vector<std::string> usual_directories(const std::string& domain) {
  std::vector<std::string> directories;
  const char* const config = std::getenv("XDG_CONFIG_HOME");
  const char* const home = std::getenv("HOME");
  if (config != nullptr && *config == '/') {
    directories.push_back(std::string(config) + "/containers/certs.d/" + domain);
  } else if (home != nullptr && *home == '/') {
    directories.push_back(std::string(home) + "/.config/containers/certs.d/" + domain);
  }
  directories.push_back("/etc/containers/certs.d/" + domain);
  directories.push_back("/etc/docker/certs.d/" + domain);
  return directories;
}

}  // namespace

Result<Security> security_for(const std::string& domain, const std::string& named) {
  Security security;
  if (!named.empty()) {
    const HostPath directory = TRY(HostPath::parse(named));
    TRY(add_directory(directory, security));
  } else {
    for (const std::string& text : usual_directories(domain)) {
      const HostPath directory = TRY(HostPath::parse(text));
      if (!os::exists(directory)) continue;
      TRY(add_directory(directory, security));
      break;
    }
  }
  // The library believes either its own list or ours.
  const HostPath system = HostPath::literal(kSystemAuthorities);
  if (!security.authorities.empty() && os::exists(system)) {
    constexpr std::size_t kSystemLimit = 16u << 20;
    security.authorities += TRY(os::read_file(system, kSystemLimit));
  }
  return security;
}

}  // namespace hutch::images
