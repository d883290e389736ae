#include "core/desktop/agents.h"

#include "core/desktop/desktop.h"
#include "core/desktop/host_file.h"

namespace hutch::desktop {

std::vector<AgentSocket> agent_sockets(const profile::Profile& profile, const facts::Facts& facts,
                                       const BoxPath& runtime) {
  std::vector<AgentSocket> sockets;
  const auto has = [&](const char* name) { return profile.has(profile::Kind::kSocket, name); };
  const HostPath host_runtime = facts.directories.runtime;
  if (has("cups")) {
    sockets.push_back({HostPath::literal("/run/cups/cups.sock"), BoxPath::literal("/run/cups/cups.sock"), ""});
    sockets.push_back({HostPath::literal("/etc/cups/client.conf"), BoxPath::literal("/etc/cups/client.conf"), ""});
  }
  if (has("pcsc")) {
    sockets.push_back({HostPath::literal("/run/pcscd/pcscd.comm"), BoxPath::literal("/run/pcscd/pcscd.comm"), ""});
  }
  if (has("gpg-agent")) {
    sockets.push_back({host_runtime / "gnupg/S.gpg-agent", runtime / "gnupg/S.gpg-agent", ""});
  }
  if (has("ssh-auth") && facts.desktop.ssh_agent) {
    sockets.push_back({*facts.desktop.ssh_agent, runtime / "ssh-auth", "SSH_AUTH_SOCK"});
  }
  return sockets;
}

Result<Part> agents(const profile::Profile& profile, const facts::Facts& facts, const Place& place) {
  Part part;
  for (const AgentSocket& socket : agent_sockets(profile, facts, place.runtime)) {
    auto bind = bind_of(facts, socket.host, socket.box, plan::BindAccess::kReadOnly);
    if (!bind) continue;
    part.steps.emplace_back(std::move(*bind));
    if (*socket.variable != '\0') part.environment.push_back(std::string(socket.variable) + "=" + socket.box.str());
  }
  return part;
}

}  // namespace hutch::desktop
