#include "core/portal/identity.h"

#include "base/text.h"

namespace hutch::portal {

// The keys xdg-desktop-portal reads (shared/xdp-app-info-flatpak.c): name, instance-id, and "network" in shared, which
// opens the network monitor and proxy resolver. Names are validated types, so nothing here needs escaping.
plan::PortalIdentity identity_for(const profile::Profile& profile, const facts::Facts& facts,
                                  const InstanceId& instance) {
  bool has_network = false;
  for (const profile::Grant& grant : profile.grants) {
    if (grant.kind == profile::Kind::kNetwork) has_network = grant.access != "none";
  }
  std::string info = text::format("[Application]\nname=%s\nruntime=\n\n[Instance]\ninstance-id=%s\n",
                                  profile.app.c_str(), instance.c_str());
  if (has_network) info += "\n[Context]\nshared=network;\n";
  return plan::PortalIdentity{
      .app = profile.app, .info = info, .directory = facts.directories.runtime / ".flatpak" / instance.str()};
}

}  // namespace hutch::portal
