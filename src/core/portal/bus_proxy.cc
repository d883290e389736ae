#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/plan/channel.h"
#include "core/portal/box_names.h"
#include "core/portal/bus_address.h"
#include "core/portal/bus_names.h"
#include "core/portal/bus_rules.h"
#include "core/portal/helper_root.h"

namespace hutch::portal {

namespace {

using facts::Facts;
using facts::PathFact;
using profile::Profile;

constexpr std::uint64_t kRootSize = 256u << 10;  // mount points and one small file

struct WantedBus {
  plan::Bus bus = plan::Bus::kSession;
  std::string address;
  std::vector<std::string> rules;
};

// Buses the profile uses and the host has.
std::vector<WantedBus> wanted_buses(const Profile& profile, const Facts& facts) {
  std::vector<WantedBus> result;
  const auto add = [&](plan::Bus bus, const std::optional<std::string>& address,
                       std::optional<std::vector<std::string>> rules) {
    if (address && rules) result.push_back({.bus = bus, .address = *address, .rules = std::move(*rules)});
  };
  add(plan::Bus::kSession, facts.desktop.session_bus, session_bus_rules(profile));
  add(plan::Bus::kSystem, facts.desktop.system_bus, system_bus_rules(profile));
  add(plan::Bus::kAccessibility, facts.desktop.accessibility_bus, accessibility_bus_rules(profile));
  return result;
}

// Makes one bus reachable for the proxy and returns the address it has there.
Result<std::string> add_bus(plan::Sandbox& sandbox, const Facts& facts, const WantedBus& bus) {
  const BusAddress address = TRY(parse_bus_address(bus.address, facts.directories.runtime));
  if (address.is_abstract) {
    sandbox.namespaces.network = false;  // abstract names belong to the host's network namespace
    sandbox.landlock.scope_abstract = false;
    return format_bus_address(address);
  }
  const PathFact* const fact = facts.find(address.path);
  if (fact == nullptr || fact->type != FileType::kSocket) {
    return failure(ErrorKind::kUnavailable,
                   text::format(_("no bus answers at '%s'"), text::printable(address.path.str()).c_str()),
                   _("log in again, or start the program in a session with a bus (dbus-run-session)"));
  }
  show(sandbox, *fact, fact->real, plan::LandlockAccess::kReadWrite);
  return format_bus_address({.is_abstract = false, .path = fact->real, .abstract = {}});
}

plan::Sandbox empty_sandbox(const Facts& facts) {
  plan::Sandbox sandbox;
  sandbox.namespaces.cgroup = false;
  sandbox.namespaces.uid = facts.user.uid;
  sandbox.namespaces.gid = facts.user.gid;
  sandbox.root_size = kRootSize;
  sandbox.descriptors = {plan::kLifeDescriptor};
  return sandbox;
}

void add_sockets(plan::Sandbox& sandbox, const HostPath& directory) {
  sandbox.steps.emplace_back(plan::Bind{.source = directory,
                                        .target = same_in_box(directory),
                                        .type = FileType::kDirectory,
                                        .access = plan::BindAccess::kReadWrite,
                                        .executable = false});
  sandbox.landlock.rules.push_back({.path = same_in_box(directory), .access = plan::LandlockAccess::kReadWrite});
}

// Where the proxy listens when hutch-names stands before it.
HostPath filtered_socket(const HostPath& instance_directory) {
  return instance_directory / "bus/session-filtered";
}

// hutch-names in a root with nothing but itself and the sockets.
Result<plan::Sandbox> names_for(const Profile& profile, const Facts& facts, const HostPath& instance_directory) {
  const HostPath& program = *facts.programs.box_names;
  const PathFact* const fact = facts.find(program);
  if (fact == nullptr) {
    return failure(ErrorKind::kNotFound, text::format(_("cannot find '%s'"), text::printable(program.str()).c_str()));
  }
  plan::Sandbox sandbox = empty_sandbox(facts);
  show(sandbox, *fact, fact->real, plan::LandlockAccess::kReadExecute);
  sandbox.command.program = fact->real.str();
  const HostPath socket = bus_socket(instance_directory, plan::Bus::kSession);
  sandbox.command.arguments = {"hutch-names", box_part(profile), socket.str(),
                               filtered_socket(instance_directory).str()};
  for (std::string& name : own_names(profile)) sandbox.command.arguments.push_back(std::move(name));
  add_sockets(sandbox, socket.parent());
  sandbox.steps.emplace_back(plan::Seal{.target = BoxPath()});
  return sandbox;
}

}  // namespace

std::vector<HostPath> wanted_paths(const Profile& profile, const Facts& facts) {
  const std::vector<WantedBus> buses = wanted_buses(profile, facts);
  if (buses.empty()) return {};
  std::vector<HostPath> result = library_paths();
  if (facts.programs.dbus_proxy) result.push_back(*facts.programs.dbus_proxy);
  if (facts.programs.box_names) result.push_back(*facts.programs.box_names);
  for (const WantedBus& bus : buses) {
    const auto address = parse_bus_address(bus.address, facts.directories.runtime);
    if (address && !address->is_abstract) result.push_back(address->path);
  }
  return result;
}

// The root is a tmpfs of a few mount points, sealed: the identity file in it stays where it is until the namespace is
// gone, so a portal that asks while the proxy ends never takes it for a program of the host.
Result<std::optional<plan::BusProxy>> bus_proxy_for(const Profile& profile, const Facts& facts,
                                                    const HostPath& instance_directory,
                                                    const plan::PortalIdentity& identity) {
  TRY(check_bus_grants(profile));
  const std::vector<WantedBus> buses = wanted_buses(profile, facts);
  if (buses.empty()) return std::optional<plan::BusProxy>();
  if (!facts.programs.dbus_proxy) {
    return failure(ErrorKind::kUnavailable, _("xdg-dbus-proxy is missing, which filters the buses of a sandbox"),
                   _("install the package 'xdg-dbus-proxy', or take the portals and bus names from the app"));
  }
  plan::BusProxy proxy{.buses = {}, .sandbox = empty_sandbox(facts), .names = {}};
  plan::Sandbox& sandbox = proxy.sandbox;
  TRY(add_program(sandbox, facts, *facts.programs.dbus_proxy));
  std::vector<std::string>& arguments = sandbox.command.arguments;
  arguments = {"xdg-dbus-proxy", text::format("--fd=%d", plan::kLifeDescriptor)};
  for (const WantedBus& bus : buses) {
    const std::string address = TRY(add_bus(sandbox, facts, bus));
    const HostPath socket = bus_socket(instance_directory, bus.bus);
    const bool has_names = bus.bus == plan::Bus::kSession && !profile.box.empty() && facts.programs.box_names;
    if (has_names) proxy.names = TRY(names_for(profile, facts, instance_directory));
    arguments.push_back(address);
    arguments.push_back(has_names ? filtered_socket(instance_directory).str() : socket.str());
    arguments.insert(arguments.end(), bus.rules.begin(), bus.rules.end());
    if (!bus.rules.empty()) arguments.emplace_back("--log");  // what it refuses, for hutch-witness
    proxy.buses.push_back({.bus = bus.bus, .address = address, .socket = socket, .rules = bus.rules});
  }
  add_sockets(sandbox, proxy.buses.front().socket.parent());
  const BoxPath info = BoxPath::literal("/.flatpak-info");
  sandbox.steps.emplace_back(plan::File{.target = info, .content = identity.info, .mode = 0444});
  sandbox.landlock.rules.push_back({.path = info, .access = plan::LandlockAccess::kRead});
  sandbox.steps.emplace_back(plan::Seal{.target = BoxPath()});
  return std::optional<plan::BusProxy>(std::move(proxy));
}

}  // namespace hutch::portal
