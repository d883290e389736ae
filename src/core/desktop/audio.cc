#include "core/desktop/desktop.h"
#include "core/desktop/host_file.h"

namespace hutch::desktop {
namespace {

// Shared memory with the server would need the host's /dev/shm and runtime directory; memfd passing stays.
constexpr const char* kPulseClient = "autospawn = no\nenable-shm = no\n";

void pulseaudio(const facts::Facts& facts, const Place& place, Part& part) {
  if (!facts.desktop.pulse_socket) return;
  const BoxPath directory = place.runtime / "pulse";
  auto socket = bind_of(facts, *facts.desktop.pulse_socket, directory / "native", plan::BindAccess::kReadOnly);
  if (!socket) return;
  const BoxPath client = BoxPath::literal("/run/host/pulse-client.conf");
  part.environment.push_back("PULSE_SERVER=unix:" + (directory / "native").str());
  part.environment.push_back("PULSE_CLIENTCONFIG=" + client.str());
  part.steps.emplace_back(std::move(*socket));
  part.steps.emplace_back(plan::File{.target = client, .content = kPulseClient, .mode = 0444});
  if (!facts.desktop.pulse_cookie) return;
  const BoxPath cookie = directory / "cookie";
  if (auto bind = bind_of(facts, *facts.desktop.pulse_cookie, cookie, plan::BindAccess::kReadOnly)) {
    part.environment.push_back("PULSE_COOKIE=" + cookie.str());
    part.steps.emplace_back(std::move(*bind));
  }
}

}  // namespace

// Sound. A host without a sound server gives silence, not an error.
Result<Part> audio(const profile::Profile& profile, const facts::Facts& facts, const Place& place) {
  Part part;
  if (profile.has(profile::Kind::kSocket, "pulseaudio")) pulseaudio(facts, place, part);
  if (profile.has(profile::Kind::kSocket, "pipewire") && facts.desktop.pipewire_socket) {
    auto socket =
        bind_of(facts, *facts.desktop.pipewire_socket, place.runtime / "pipewire-0", plan::BindAccess::kReadOnly);
    if (socket) part.steps.emplace_back(std::move(*socket));
  }
  return part;
}

}  // namespace hutch::desktop
