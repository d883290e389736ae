// Every rule the core writes, tried on the installed xdg-dbus-proxy before a private bus: what it opens arrives, what
// lies just beside it does not.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

#include "core/portal/bus_rules.h"
#include "core/portal/table.h"
#include "host/private_bus.h"
#include "host/raw_bus.h"

namespace hutch {
namespace {

using host::BusMessage;
using host::method_call;
using host::PrivateBus;
using host::RawBus;
using profile::Kind;
using Type = BusMessage::Type;

constexpr std::chrono::milliseconds kTimeout{5000};
const HostPath kProxy = HostPath::literal("/usr/bin/xdg-dbus-proxy");

profile::Profile profile_with(std::vector<profile::Grant> grants) {
  profile::Profile profile;
  profile.id = *ProfileName::parse("player");
  profile.app = *AppId::parse("org.example.Player");
  profile.grants = std::move(grants);
  return profile;
}

profile::Grant grant(Kind kind, std::string name, std::string access = {}) {
  return {.kind = kind, .name = std::move(name), .access = std::move(access)};
}

// "--call=NAME=INTERFACE.MEMBER@PATH" taken apart; interface and member are empty for "*".
struct Rule {
  std::string level;  // call, broadcast, talk, own, see
  std::string name;
  std::string interface;
  std::string member;
  std::string path;
  bool is_tree = false;
};

Rule parse_rule(const std::string& option) {
  Rule rule;
  const std::size_t equals = option.find('=');
  rule.level = option.substr(2, equals - 2);
  const std::size_t next = option.find('=', equals + 1);
  rule.name = option.substr(equals + 1, next == std::string::npos ? next : next - equals - 1);
  if (next == std::string::npos) return rule;
  const std::size_t at = option.find('@');
  const std::string method = option.substr(next + 1, at == std::string::npos ? at : at - next - 1);
  if (method != "*") {
    rule.interface = method.substr(0, method.rfind('.'));
    rule.member = method.substr(method.rfind('.') + 1);
    if (rule.member == "*") rule.member.clear();
  }
  if (at != std::string::npos) rule.path = option.substr(at + 1);
  rule.is_tree = rule.path.ends_with("/*");
  if (rule.is_tree) rule.path.resize(rule.path.size() - 2);
  return rule;
}

// A sandboxed client behind a proxy with a profile's rules, and the host's services.
class World {
 public:
  static std::unique_ptr<World> make(const std::optional<std::vector<std::string>>& rules) {
    if (!rules) return nullptr;
    auto bus = PrivateBus::start(HostPath::literal("/tmp"));
    EXPECT_TRUE(bus) << bus.error().describe();
    if (!bus) return nullptr;
    const Status started = bus->start_proxy(kProxy, *rules);
    EXPECT_TRUE(started) << started.error().describe();
    if (!started) return nullptr;
    std::unique_ptr<World> world(new World(std::move(*bus)));
    auto client = RawBus::connect(world->bus_.proxy_socket());
    EXPECT_TRUE(client) << client.error().describe();
    if (!client) return nullptr;
    world->client_ = std::make_unique<RawBus>(std::move(*client));
    return world;
  }

  RawBus& client() { return *client_; }
  // The host's program behind a name; made when first asked for.
  RawBus& service(const std::string& name) {
    auto& service = services_[name];
    if (service) return *service;
    auto connected = RawBus::connect(bus_.bus_socket());
    EXPECT_TRUE(connected) << connected.error().describe();
    service = std::make_unique<RawBus>(std::move(*connected));
    EXPECT_TRUE(service->own(name)) << name;
    return *service;
  }

  // Whether a call of the client reaches the service.
  bool reaches(const std::string& name, const std::string& path, const std::string& face, const std::string& member) {
    RawBus& target = service(name);
    const auto serial = client().send(method_call(name, path, face, member));
    EXPECT_TRUE(serial);
    // The answer to the ping comes after whatever the filter had to say on the call before it.
    const auto ping = client().call(method_call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId"));
    EXPECT_TRUE(ping);
    (void)target.call(method_call("org.freedesktop.DBus", "/", "org.freedesktop.DBus", "GetId"));
    bool arrived = false;
    for (;;) {
      const auto message = target.receive(std::chrono::milliseconds(0));
      if (!message || !*message) break;
      if ((*message)->type == Type::kCall && (*message)->member == member && (*message)->path == path) arrived = true;
    }
    return arrived;
  }

  // Whether the client sees a signal of the service: the one asked about is sent before one that surely arrives.
  bool hears(const Rule& rule, const std::string& path, const std::string& face, const std::string& member) {
    EXPECT_TRUE(client().match("type='signal'"));
    RawBus& sender = service(rule.name);
    EXPECT_TRUE(sender.send(host::signal_message(path, face, member)));
    BusMessage marker = host::signal_message("/marker", "org.example.Marker", "Marker");
    marker.destination = client().unique_name();  // unicast signals are not filtered
    EXPECT_TRUE(sender.send(std::move(marker)));
    bool heard = false;
    for (;;) {
      const auto message = client().receive(kTimeout);
      EXPECT_TRUE(message && *message) << "the marker did not arrive";
      if (!message || !*message || (*message)->member == "Marker") return heard;
      if ((*message)->path == path && (*message)->interface == face && (*message)->member == member) heard = true;
    }
  }

  bool can_own(const std::string& name) { return client().own(name).has_value(); }
  bool sees(const std::string& name) {
    (void)service(name);
    BusMessage question =
        method_call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetNameOwner");
    add_string(question, name);
    const auto answer = client().call(std::move(question));
    EXPECT_TRUE(answer);
    return answer && answer->type == Type::kReturn;
  }

 private:
  explicit World(PrivateBus bus) : bus_(std::move(bus)) {}
  PrivateBus bus_;
  std::unique_ptr<RawBus> client_;
  std::map<std::string, std::unique_ptr<RawBus>> services_;
};

void try_call_rule(World& world, const Rule& rule) {
  const std::string path = rule.is_tree ? rule.path + "/inner/most" : rule.path;
  const std::string face = rule.interface;
  const std::string member = rule.member.empty() ? "Anything" : rule.member;
  EXPECT_TRUE(world.reaches(rule.name, path, face, member));
  EXPECT_FALSE(world.reaches(rule.name, rule.path + "x", face, member));
  EXPECT_FALSE(world.reaches(rule.name, "/", face, member));
  EXPECT_FALSE(world.reaches(rule.name, path, face + "x", member));
  EXPECT_FALSE(world.reaches(rule.name, path, "org.example.Other", member));
  EXPECT_EQ(world.reaches(rule.name, path, face, member + "x"), rule.member.empty());
  EXPECT_EQ(world.reaches(rule.name, rule.path + "/below", face, member), rule.is_tree);
}

void try_rule(World& world, const std::string& option) {
  SCOPED_TRACE(option);
  const Rule rule = parse_rule(option);
  if (rule.level == "call") {
    try_call_rule(world, rule);
  } else if (rule.level == "broadcast") {
    EXPECT_TRUE(world.hears(rule, rule.path, rule.interface, rule.member));
    EXPECT_FALSE(world.hears(rule, rule.path + "x", rule.interface, rule.member));
    EXPECT_FALSE(world.hears(rule, rule.path, rule.interface, rule.member + "x"));
  } else if (rule.level == "talk") {
    EXPECT_TRUE(world.reaches(rule.name, "/any", "org.example.Any", "Any"));
    EXPECT_FALSE(world.can_own(rule.name + ".below"));
  } else if (rule.level == "own") {
    const std::string name = rule.name.substr(0, rule.name.size() - 2);  // our own rules are all NAME.*
    EXPECT_TRUE(world.can_own(name + ".below"));
    EXPECT_TRUE(world.can_own(name));
    EXPECT_FALSE(world.can_own(name + "x"));
  }
}

// What no grant of the table may open, whatever else is there.
void try_strangers(World& world) {
  for (const char* const name : {"org.freedesktop.systemd1", "org.freedesktop.Flatpak", "org.gnome.Shell",
                                 "org.freedesktop.impl.portal.PermissionStore", "ca.desrt.dconf"}) {
    SCOPED_TRACE(name);
    EXPECT_FALSE(world.sees(name));
    EXPECT_FALSE(world.reaches(name, "/org/x", "org.x.Face", "Member"));
    EXPECT_FALSE(world.can_own(std::string(name) + ".Mine"));
  }
}

using Pick = std::optional<std::vector<std::string>> (*)(const profile::Profile&);

void try_profile(const profile::Profile& profile, Pick rules_of) {
  const auto rules = rules_of(profile);
  if (!rules) return;
  const auto world = World::make(rules);
  ASSERT_NE(world, nullptr);
  for (const std::string& option : *rules) {
    if (option != "--filter" && option != "--sloppy-names") try_rule(*world, option);
  }
  try_strangers(*world);
}

class TableGrant : public ::testing::TestWithParam<std::pair<Kind, std::string>> {};

TEST_P(TableGrant, OpensExactlyItsRules) {
  const auto& [kind, name] = GetParam();
  const auto profile = profile_with({grant(kind, name), grant(Kind::kNetwork, "network", "private")});
  try_profile(profile, portal::session_bus_rules);
  try_profile(profile, portal::system_bus_rules);
  try_profile(profile, portal::accessibility_bus_rules);
}

std::vector<std::pair<Kind, std::string>> grants_of_table() {
  std::vector<std::pair<Kind, std::string>> result{{Kind::kFeature, "mpris"}};
  for (const portal::TableRule& rule : portal::table()) {
    if (rule.trigger != portal::Trigger::kPortal && rule.trigger != portal::Trigger::kFeature) continue;
    const Kind kind = rule.trigger == portal::Trigger::kPortal ? Kind::kPortal : Kind::kFeature;
    result.emplace_back(kind, rule.name);
  }
  std::ranges::sort(result);
  const auto repeated = std::ranges::unique(result);
  result.erase(repeated.begin(), repeated.end());
  return result;
}

std::string name_of(const ::testing::TestParamInfo<TableGrant::ParamType>& info) {
  std::string name = (info.param.first == Kind::kPortal ? "portal_" : "feature_") + info.param.second;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Bus, TableGrant, ::testing::ValuesIn(grants_of_table()), name_of);

TEST(NamedGrants, LevelsMeanWhatTheySay) {
  const auto world = World::make(portal::session_bus_rules(profile_with({
      grant(Kind::kSessionBus, "org.example.Seen", "see"),
      grant(Kind::kSessionBus, "org.example.Talk.*", "talk"),
      grant(Kind::kSessionBus, "org.example.Mine", "own"),
      grant(Kind::kSessionBus, "org.example.Call", "call:@/only/*"),
  })));
  ASSERT_NE(world, nullptr);
  EXPECT_TRUE(world->sees("org.example.Seen"));
  EXPECT_FALSE(world->reaches("org.example.Seen", "/", "org.example.Face", "Member"));
  EXPECT_TRUE(world->reaches("org.example.Talk.Below", "/", "org.example.Face", "Member"));
  EXPECT_FALSE(world->can_own("org.example.Talk.Mine"));
  EXPECT_TRUE(world->can_own("org.example.Mine"));
  EXPECT_FALSE(world->can_own("org.example.Mine.Below"));
  EXPECT_TRUE(world->reaches("org.example.Call", "/only/this", "org.example.Face", "Member"));
  EXPECT_FALSE(world->reaches("org.example.Call", "/other", "org.example.Face", "Member"));
  try_strangers(*world);
}

TEST(NamedGrants, TheWholeBusIsOpenOnlyWithItsSocket) {
  const auto world = World::make(portal::session_bus_rules(profile_with({grant(Kind::kSocket, "session-bus")})));
  ASSERT_NE(world, nullptr);
  EXPECT_TRUE(world->sees("org.freedesktop.systemd1"));
  EXPECT_TRUE(world->reaches("org.freedesktop.systemd1", "/x", "org.x.Face", "Member"));
}

TEST(NamedGrants, ABusWithoutRulesToSpareStaysSilent) {
  const auto world = World::make(portal::session_bus_rules(profile_with({grant(Kind::kPortal, "settings")})));
  ASSERT_NE(world, nullptr);
  const auto names = world->client().call(
      method_call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "BecomeMonitor"));
  ASSERT_TRUE(names);
  EXPECT_EQ(names->type, Type::kError);
  for (const char* const member : {"GetConnectionUnixProcessID", "GetConnectionCredentials"}) {
    (void)world->service("org.example.Hidden");
    BusMessage question = method_call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", member);
    add_string(question, "org.example.Hidden");
    const auto answer = world->client().call(std::move(question));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->type, Type::kError) << member;
  }
}

}  // namespace
}  // namespace hutch
