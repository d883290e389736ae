// What the host is: everything the pure code may know of it. Filled by host/probe, constructible in a test in a few
// lines. Plain data.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/inode.h"
#include "base/path.h"

namespace hutch::facts {

struct User {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string name;
  std::string full_name;  // GECOS, may be empty
  std::string group;      // name of the primary group; the decimal number when it has none
  HostPath home;
  HostPath shell = HostPath::literal("/bin/sh");
  std::vector<std::string> groups;  // supplementary, by name: they stay effective inside (user_namespaces(7))
};

// hutch's own places and the user's (XDG base directories and xdg-user-dirs).
struct Directories {
  HostPath runtime;  // $XDG_RUNTIME_DIR
  HostPath config;   // $XDG_CONFIG_HOME
  HostPath data;
  HostPath state;
  HostPath cache;
  std::map<std::string, HostPath> user;  // "xdg-download" -> path; an entry equal to the home is left out
  std::vector<HostPath> data_search;     // $XDG_DATA_DIRS
};

struct Desktop {
  std::optional<HostPath> wayland_socket;
  std::optional<std::string> x11_display;  // ":0"
  std::optional<HostPath> x11_socket;
  std::optional<HostPath> x11_authority;
  std::optional<HostPath> pulse_socket;
  std::optional<HostPath> pulse_cookie;
  std::optional<HostPath> pipewire_socket;
  std::optional<HostPath> ssh_agent;       // $SSH_AUTH_SOCK
  std::optional<std::string> session_bus;  // D-Bus address
  std::optional<std::string> system_bus;
  std::optional<std::string> accessibility_bus;  // AT_SPI_BUS_ADDRESS, else $XDG_RUNTIME_DIR/at-spi/bus*
  std::optional<std::string> current_desktop;    // XDG_CURRENT_DESKTOP
  bool has_user_manager = false;                 // $XDG_RUNTIME_DIR/systemd/private answers a connect
  bool has_document_portal = false;              // $XDG_RUNTIME_DIR/doc is a FUSE mount, or the bus can activate it
};

struct Kernel {
  std::uint32_t landlock_abi = 0;  // 0: none
  bool has_time_namespace = false;
  bool has_nproc_per_namespace = false;  // RLIMIT_NPROC counts per user namespace, 5.14
  bool has_xfrm = false;
};

struct Programs {
  std::optional<HostPath> dbus_proxy;  // xdg-dbus-proxy
  std::optional<HostPath> box_names;   // hutch-names; known where another box than the default one is asked for
  std::optional<HostPath> pasta;
  std::optional<HostPath> newuidmap;
  std::optional<HostPath> newgidmap;
};

// A device on a USB bus, sysfs attributes idVendor and idProduct.
struct UsbDevice {
  std::uint16_t vendor = 0;
  std::uint16_t product = 0;
  HostPath node;   // /dev/bus/usb/BUS/DEVICE
  HostPath sysfs;  // its directory below /sys/devices
};

// One path of the host, looked at once. `real` has no symlinks.
struct PathFact {
  HostPath real;
  FileType type = FileType::kRegular;
  Identity identity;
  std::uint32_t owner = 0;
  std::uint32_t mode = 0;  // permission bits
};

struct Facts {
  User user;
  Directories directories;
  Desktop desktop;
  Kernel kernel;
  Programs programs;
  std::vector<std::pair<std::string, std::string>>
      root_links;                       // "/bin" -> "usr/bin": usr-merge links as the host has them
  std::optional<std::string> timezone;  // "Europe/Berlin"
  std::string host_name;
  std::string machine_id;                // the host's, machine-id(5): a key to derive from, never shown to a sandbox
  std::vector<std::string> dns_servers;  // numeric, from resolv.conf (the upstreams under systemd-resolved)
  std::vector<std::string> dns_search;
  std::vector<std::string> host_addresses;  // the host's own, numeric, both families: refused by `internet`
  bool has_default_route = false;           // of either family: false when the host is offline
  std::vector<HostPath> gpu_nodes;
  std::vector<HostPath> camera_nodes;
  std::vector<HostPath> input_nodes;
  std::vector<HostPath> u2f_nodes;                 // hidraw nodes of FIDO tokens
  std::vector<UsbDevice> usb_devices;              // only when a profile names one
  std::map<std::string, std::string> environment;  // the host's variables that a sandbox may inherit by name
  std::vector<IdRange> subordinate_uids;           // of the user, subuid(5); `inside` unused
  std::vector<IdRange> subordinate_gids;
  std::map<std::uint32_t, std::uint64_t> hard_limits;  // ours, by RLIMIT_* number; absent: unlimited
  bool is_terminal[3] = {false, false, false};         // descriptors 0-2

  // Paths that were asked for, by the name they were asked under. Absent: does not exist or is unreachable.
  std::map<HostPath, PathFact> paths;
  [[nodiscard]] const PathFact* find(const HostPath& asked) const {
    const auto found = paths.find(asked);
    return found == paths.end() ? nullptr : &found->second;
  }

  // Names in directories that were asked for, sorted. Absent: not asked for, or cannot be read.
  std::map<HostPath, std::vector<std::string>> listings;
};

}  // namespace hutch::facts
