#include "host/proxy_probe.h"

#include "base/i18n.h"
#include "base/text.h"
#include "host/private_bus.h"
#include "host/raw_bus.h"
#include "host/user_bus.h"

namespace hutch::host {
namespace {

using doctor::Observation;
using doctor::Verdict;
using Type = BusMessage::Type;

constexpr std::chrono::milliseconds kTimeout{3000};
constexpr const char* kName = "org.hutch.Probe";
constexpr const char* kFace = "org.hutch.Probe";

// Who talks: a service of the host that the rules name, another one they do not, and the sandboxed client.
struct Talk {
  RawBus service;
  RawBus bystander;
  RawBus client;
};

Result<Talk> begin_talk(const PrivateBus& bus) {
  Talk talk{.service = TRY(RawBus::connect(bus.bus_socket())),
            .bystander = TRY(RawBus::connect(bus.bus_socket())),
            .client = TRY(RawBus::connect(bus.proxy_socket()))};
  TRY(talk.service.own(kName));
  TRY(talk.bystander.own("org.hutch.Bystander"));
  return talk;
}

// The bus answers in order: what the peer said before has been passed on.
Status settle(RawBus& peer) {
  (void)TRY(peer.call(method_call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId")));
  return {};
}

Result<bool> sd_bus_connects(const PrivateBus& bus) {
  auto connection = UserBus::open("unix:path=" + bus.proxy_socket().str());
  if (!connection) return false;
  return connection->is_activatable("org.freedesktop.DBus").has_value();
}

Result<bool> refuses_eavesdropping(Talk& talk) {
  for (const char* const rule : {"eavesdrop=true", "eavesdrop='true'", "eavesdrop =true", " eavesdrop = 'true'",
                                 "type='signal',eavesdrop\t=true", "type='signal', eavesdrop='true'"}) {
    if (talk.client.match(rule)) return false;
  }
  return true;
}

// A signal outside the rule is sent before one inside: the client must see the second first.
Result<bool> holds_back_broadcasts(Talk& talk) {
  TRY(talk.client.match("type='signal'"));
  TRY(talk.service.send(signal_message("/other", kFace, "Shown")));
  TRY(talk.service.send(signal_message("/shown", kFace, "Other")));
  TRY(talk.bystander.send(signal_message("/shown", kFace, "Shown")));
  TRY(settle(talk.bystander));
  TRY(talk.service.send(signal_message("/shown", kFace, "Shown")));
  for (;;) {
    const auto message = TRY(talk.client.receive(kTimeout));
    if (!message) return false;
    if (message->type != Type::kSignal || message->interface != kFace) continue;  // NameAcquired and the like
    return message->path == "/shown" && message->member == "Shown" && message->sender == talk.service.unique_name();
  }
}

// The next call that arrives at a peer; absent when none does.
Result<std::optional<BusMessage>> next_call(RawBus& peer) {
  for (;;) {
    auto message = TRY(peer.receive(kTimeout));
    if (!message || message->type == Type::kCall) return message;
  }
}

// While the service waits for our answer, a call that quotes its serial must not pass to somebody else.
Result<bool> refuses_forged_replies(Talk& talk) {
  const std::uint32_t asked = TRY(talk.service.send(method_call(talk.client.unique_name(), "/", kFace, "Ask")));
  if (!TRY(next_call(talk.client))) return failure(ErrorKind::kUnavailable, _("a call did not arrive"));
  BusMessage forged = method_call("org.hutch.Bystander", "/", "org.hutch.Bystander", "Forged");
  forged.reply_serial = asked;
  TRY(talk.client.send(forged));
  TRY(settle(talk.client));
  TRY(talk.service.send(method_call("org.hutch.Bystander", "/", kFace, "Marker")));
  const auto arrived = TRY(next_call(talk.bystander));
  return arrived && arrived->member == "Marker";
}

Result<bool> keeps_to_the_path(Talk& talk) {
  TRY(talk.client.send(method_call(kName, "/denied", kFace, "Shown")));
  TRY(talk.client.send(method_call(kName, "/shownx", kFace, "Shown")));
  TRY(talk.client.send(method_call(kName, "/shown", kFace, "Shown")));
  const auto arrived = TRY(next_call(talk.service));
  return arrived && arrived->path == "/shown";
}

Observation verdict_on(const char* name, const Result<bool>& outcome, const char* fault) {
  if (!outcome) return {.name = name, .verdict = Verdict::kUnknown, .detail = outcome.error().describe()};
  if (*outcome) return {.name = name, .verdict = Verdict::kWorks, .detail = {}};
  return {.name = name, .verdict = Verdict::kBroken, .detail = fault};
}

// Each probe in a talk of its own: a filter that ends a connection it distrusts is no fault.
Result<bool> try_in_talk(const PrivateBus& bus, Result<bool> (*probe)(Talk&)) {
  Talk talk = TRY(begin_talk(bus));
  return probe(talk);
}

Result<PrivateBus> prepare(const HostPath& program, const HostPath& directory) {
  PrivateBus bus = TRY(PrivateBus::start(directory));
  const std::string name = kName;
  TRY(bus.start_proxy(program, {"--filter", "--call=" + name + "=org.hutch.Probe.*@/shown",
                                "--broadcast=" + name + "=org.hutch.Probe.Shown@/shown"}));
  return bus;
}

}  // namespace

std::vector<Observation> probe_bus_proxy(const HostPath& program, const HostPath& directory) {
  const auto bus = prepare(program, directory);
  const auto outcome = [&](Result<bool> (*probe)(Talk&)) -> Result<bool> {
    if (!bus) return unexpected(bus.error());
    return try_in_talk(*bus, probe);
  };
  const Result<bool> connects = bus ? sd_bus_connects(*bus) : Result<bool>(unexpected(bus.error()));
  return {
      verdict_on("bus-proxy-sasl", connects, _("programs that use sd-bus cannot connect through it")),
      verdict_on("bus-proxy-eavesdrop", outcome(refuses_eavesdropping),
                 _("an app can listen to other programs (CVE-2026-34080)")),
      verdict_on("bus-proxy-broadcast", outcome(holds_back_broadcasts),
                 _("signals outside the rules reach the app (CVE-2026-93676)")),
      verdict_on("bus-proxy-reply", outcome(refuses_forged_replies),
                 _("an app can call any program by forging a reply (CVE-2026-94422)")),
      verdict_on("bus-proxy-path", outcome(keeps_to_the_path), _("call rules are not kept to their object")),
  };
}

}  // namespace hutch::host
