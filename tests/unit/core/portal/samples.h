// Profiles and facts for the portal tests, in a few lines each.
#pragma once

#include <string>
#include <vector>

#include "core/facts/facts.h"
#include "core/profile/model.h"

namespace hutch::portal {

inline profile::Profile sample_profile(std::vector<profile::Grant> grants) {
  profile::Profile profile;
  profile.id = *ProfileName::parse("gedit");
  profile.app = *AppId::parse("org.gnome.gedit");
  profile.grants = std::move(grants);
  return profile;
}

inline profile::Grant grant(profile::Kind kind, std::string name, std::string access = {}) {
  return profile::Grant{.kind = kind,
                        .name = std::move(name),
                        .access = std::move(access),
                        .origin = {.file = "gedit.toml", .line = 7, .column = 3}};
}

inline facts::PathFact sample_fact(const char* real, FileType type, std::uint64_t inode) {
  return facts::PathFact{.real = HostPath::literal(real), .type = type, .identity = {.device = 1, .inode = inode}};
}

// A merged-usr host with a session bus and a system bus whose usual path leads through a symlink.
inline facts::Facts sample_facts() {
  facts::Facts facts;
  facts.user.uid = 1000;
  facts.user.gid = 1000;
  facts.directories.runtime = HostPath::literal("/run/user/1000");
  facts.desktop.session_bus = "unix:path=/run/user/1000/bus";
  facts.desktop.system_bus = "unix:path=/var/run/dbus/system_bus_socket";
  facts.programs.dbus_proxy = HostPath::literal("/usr/bin/xdg-dbus-proxy");
  facts.root_links = {{"/bin", "usr/bin"}, {"/lib", "usr/lib"}, {"/lib64", "usr/lib64"}};
  facts.paths[HostPath::literal("/usr")] = sample_fact("/usr", FileType::kDirectory, 10);
  facts.paths[HostPath::literal("/lib")] = sample_fact("/usr/lib", FileType::kDirectory, 11);
  facts.paths[HostPath::literal("/etc/ld.so.cache")] = sample_fact("/etc/ld.so.cache", FileType::kRegular, 12);
  facts.paths[HostPath::literal("/usr/bin/xdg-dbus-proxy")] =
      sample_fact("/usr/bin/xdg-dbus-proxy", FileType::kRegular, 13);
  facts.paths[HostPath::literal("/run/user/1000/bus")] = sample_fact("/run/user/1000/bus", FileType::kSocket, 14);
  facts.paths[HostPath::literal("/var/run/dbus/system_bus_socket")] =
      sample_fact("/run/dbus/system_bus_socket", FileType::kSocket, 15);
  return facts;
}

}  // namespace hutch::portal
