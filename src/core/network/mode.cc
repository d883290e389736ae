#include "core/network/mode.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/network/addresses.h"

namespace hutch::network {
namespace {

using profile::Kind;

// The device inside: the host's interface name would tell what it is.
constexpr const char* kDevice = "eth0";

// What pasta makes up when the host is offline and there is nothing to copy: link-local, RFC 3927. Without these
// options pasta before 2024 refuses to start.
constexpr const char* kOfflineOptions[] = {"--ipv4-only",      "--interface", "lo",        "--address",   "169.254.2.1",
                                           "--netmask",        "16",          "--gateway", "169.254.2.2", "--mac-addr",
                                           "02:00:00:00:00:01"};

std::string mode_of(const profile::Profile& profile) {
  const profile::Grant* const grant = profile.find(Kind::kNetwork, "network");
  if (grant == nullptr) return "none";
  return grant->access == "share" ? "private" : grant->access;
}

std::string name_servers(const std::vector<std::string>& servers) {
  std::string lines;
  for (const std::string& server : servers) lines += "nameserver " + server + "\n";
  return lines;
}

// resolv.conf(5).
std::string resolver_text(const facts::Facts& facts, const std::vector<std::string>& servers) {
  std::string result = "# Written by hutch for this sandbox.\n";
  if (!facts.dns_search.empty()) result += "search " + text::join(facts.dns_search, " ") + "\n";
  result += name_servers(servers);
  // Old versions of pasta forward DNS over UDP only: ask for answers that fit.
  result += "options edns0\n";
  return result;
}

// pasta forwards to the first resolver of the host's resolv.conf with the same IP version. Where there are only IPv6
// ones, those that are reachable from anywhere are asked directly.
std::vector<std::string> servers_inside(const facts::Facts& facts) {
  const bool has_ipv4 = std::ranges::any_of(facts.dns_servers, [](const auto& server) { return !is_ipv6(server); });
  if (has_ipv4 || facts.dns_servers.empty()) return {kNameServer};
  std::vector<std::string> direct;
  std::ranges::copy_if(facts.dns_servers, std::back_inserter(direct),
                       [](const auto& server) { return is_routable(server); });
  if (direct.empty()) direct.emplace_back(kNameServer);
  return direct;
}

void except_servers(std::vector<plan::NetworkRule>& rules, const std::vector<std::string>& servers) {
  for (const std::string& server : servers) {
    if (server == kNameServer) continue;
    rules.push_back({.ipv6 = true, .address = server, .prefix = 128, .allow = true});
  }
}

// No --no-icmp: pasta before 2024 then answers no neighbour solicitation either, and there is no IPv6.
plan::Pasta pasta(const profile::Profile& profile, const facts::Facts& facts) {
  plan::Pasta pasta{.program = facts.programs.pasta->str(),
                    .arguments = {"--foreground", "--quiet", "--config-net", "--no-map-gw", "--no-dhcp", "--no-dhcpv6",
                                  "--no-ra", "--ns-ifname", kDevice, "--dns-forward", kNameServer}};
  if (!facts.has_default_route) {
    pasta.arguments.insert(pasta.arguments.end(), std::begin(kOfflineOptions), std::end(kOfflineOptions));
  }
  std::vector<std::string> ports;
  for (const profile::Grant* const grant : profile.all(Kind::kPublish)) ports.push_back(grant->name);
  // This machine's own programs may use a forwarded port; its neighbours on the network may not.
  const std::string forwarded = ports.empty() ? "none" : "127.0.0.1/" + text::join(ports, ",");
  for (const auto& [option, value] : {std::pair<const char*, std::string>{"--tcp-ports", forwarded},
                                      {"--udp-ports", "none"},
                                      {"--tcp-ns", "none"},
                                      {"--udp-ns", "none"}}) {
    pasta.arguments.insert(pasta.arguments.end(), {option, value});
  }
  return pasta;
}

Status check_publish(const profile::Profile& profile, const std::string& mode) {
  const auto published = profile.all(Kind::kPublish);
  if (published.empty() || (mode != "none" && mode != "host")) return {};
  return failure(ErrorKind::kInvalid,
                 text::format(_("cannot forward port %s: the network mode is '%s'"),
                              text::printable(published.front()->name).c_str(), mode.c_str()),
                 _("use --network=private with it"));
}

Status check_host(const facts::Facts& facts, const std::string& mode) {
  if (!facts.programs.pasta) {
    return failure(
        ErrorKind::kUnavailable,
        text::format(_("the network mode '%s' needs the program 'pasta', which is not installed"), mode.c_str()),
        _("install the package 'passt', or use --network=none"));
  }
  if (!facts.kernel.has_xfrm) {
    return failure(ErrorKind::kUnavailable,
                   text::format(_("the network mode '%s' needs xfrm policies, which this kernel lacks"), mode.c_str()),
                   _("use --network=none, or a kernel with CONFIG_XFRM_USER"));
  }
  return {};
}

}  // namespace

Result<NetworkPlan> plan_network(const profile::Profile& profile, const facts::Facts& facts) {
  NetworkPlan plan{.mode = mode_of(profile), .own_namespace = true, .rules = {}, .pasta = {}, .resolv_conf = {}};
  TRY(check_publish(profile, plan.mode));
  if (plan.mode == "none") return plan;
  if (plan.mode == "host") {
    plan.own_namespace = false;
    plan.resolv_conf = resolver_text(facts, facts.dns_servers);
    return plan;
  }
  TRY(check_host(facts, plan.mode));
  const std::vector<std::string> servers = servers_inside(facts);
  if (plan.mode == "private") {
    plan.rules = refuse_host_loopback();
  } else if (plan.mode == "internet") {
    plan.rules = refuse_local(facts.host_addresses);
    except_servers(plan.rules, servers);
  } else if (plan.mode == "lan") {
    plan.rules = refuse_remote(facts.host_addresses);
    except_servers(plan.rules, servers);
  } else {
    return failure(ErrorKind::kInvalid,
                   text::format(_("there is no network mode '%s'"), text::printable(plan.mode).c_str()));
  }
  plan.pasta = pasta(profile, facts);
  plan.resolv_conf = resolver_text(facts, servers);
  return plan;
}

}  // namespace hutch::network
