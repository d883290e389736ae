// The permission flags of the command line.
#include <algorithm>
#include <array>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/grammar.h"
#include "core/profile/precedence.h"
#include "core/profile/vocabulary.h"

namespace hutch::profile {
namespace {

enum class Act : std::uint8_t { kGrant, kRevoke };

struct Rule {
  Flag flag;
  Kind kind = Kind::kSocket;
  Act act = Act::kGrant;
  const char* access = "";  // of bus names and of "unset"
};

constexpr std::array kRules = {
    Rule{{"socket", "NAME", N_("give a socket: wayland, pulseaudio, ...")}, Kind::kSocket, Act::kGrant, ""},
    Rule{{"nosocket", "NAME", N_("take a socket back")}, Kind::kSocket, Act::kRevoke, ""},
    Rule{{"share", "NAME", N_("share the network or ipc")}, Kind::kShare, Act::kGrant, ""},
    Rule{{"unshare", "NAME", N_("do not share the network or ipc")}, Kind::kShare, Act::kRevoke, ""},
    Rule{{"network", "MODE", N_("none, private, internet, lan or host")}, Kind::kNetwork, Act::kGrant, ""},
    Rule{{"publish", "HOST:INSIDE", N_("forward a port of this computer")}, Kind::kPublish, Act::kGrant, ""},
    Rule{{"device", "NAME", N_("give devices: dri, camera, ...")}, Kind::kDevice, Act::kGrant, ""},
    Rule{{"nodevice", "NAME", N_("take devices back")}, Kind::kDevice, Act::kRevoke, ""},
    Rule{{"usb", "VENDOR:PRODUCT", N_("give one USB device")}, Kind::kDevice, Act::kGrant, "usb:"},
    Rule{{"filesystem", "PATH[:ACCESS]", N_("give files: ro, rw, create, overlay or hidden")},
         Kind::kFile,
         Act::kGrant,
         ""},
    Rule{{"nofilesystem", "PATH", N_("take files back, and what lies below")}, Kind::kFile, Act::kRevoke, ""},
    Rule{{"talk-name", "NAME", N_("allow talking to a name on the session bus")},
         Kind::kSessionBus,
         Act::kGrant,
         "talk"},
    Rule{{"own-name", "NAME", N_("allow owning a name on the session bus")}, Kind::kSessionBus, Act::kGrant, "own"},
    Rule{{"see-name", "NAME", N_("allow seeing a name on the session bus")}, Kind::kSessionBus, Act::kGrant, "see"},
    Rule{{"call", "NAME=METHOD@PATH", N_("allow certain calls on the session bus")},
         Kind::kSessionBus,
         Act::kGrant,
         "call"},
    Rule{{"no-talk-name", "NAME", N_("take a name on the session bus back")}, Kind::kSessionBus, Act::kRevoke, ""},
    Rule{{"system-talk-name", "NAME", N_("allow talking to a name on the system bus")},
         Kind::kSystemBus,
         Act::kGrant,
         "talk"},
    Rule{
        {"system-own-name", "NAME", N_("allow owning a name on the system bus")}, Kind::kSystemBus, Act::kGrant, "own"},
    Rule{
        {"system-see-name", "NAME", N_("allow seeing a name on the system bus")}, Kind::kSystemBus, Act::kGrant, "see"},
    Rule{{"system-call", "NAME=METHOD@PATH", N_("allow certain calls on the system bus")},
         Kind::kSystemBus,
         Act::kGrant,
         "call"},
    Rule{{"system-no-talk-name", "NAME", N_("take a name on the system bus back")}, Kind::kSystemBus, Act::kRevoke, ""},
    Rule{{"portal", "NAME", N_("allow a portal")}, Kind::kPortal, Act::kGrant, ""},
    Rule{{"no-portal", "NAME", N_("take a portal back")}, Kind::kPortal, Act::kRevoke, ""},
    Rule{{"allow", "FEATURE", N_("allow a feature: microphone, tray, ...")}, Kind::kFeature, Act::kGrant, ""},
    Rule{{"disallow", "FEATURE", N_("take a feature back")}, Kind::kFeature, Act::kRevoke, ""},
    Rule{{"env", "NAME=VALUE", N_("set a variable")}, Kind::kEnvironment, Act::kGrant, ""},
    Rule{{"unset-env", "NAME", N_("leave a variable out")}, Kind::kEnvironment, Act::kGrant, "unset"},
    Rule{{"persist", "DIRECTORY", N_("keep a directory of the home")}, Kind::kPersist, Act::kGrant, ""},
    Rule{{"memory", "SIZE", N_("memory limit, such as 2G")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"memory-high", "SIZE", N_("memory above which the program is slowed down")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"swap", "SIZE", N_("swap limit")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"cpu", "PERCENT", N_("processor limit, such as 150%")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"cpu-weight", "NUMBER", N_("processor weight, 1 to 10000")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"tasks", "NUMBER", N_("limit of processes and threads")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"io-weight", "NUMBER", N_("disk weight, 1 to 10000")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"io-read", "[PATH:]SIZE", N_("bytes a second read from a disk")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"io-write", "[PATH:]SIZE", N_("bytes a second written to a disk")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"nofile", "NUMBER", N_("limit of open files a process")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"core", "SIZE", N_("size of core dumps; none unless said otherwise")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"time", "TIME", N_("end the app after this time, such as 30m")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"idle", "TIME", N_("end the app after this time without work")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"oom-score", "NUMBER", N_("who is ended first when memory runs out, 0 to 1000")},
         Kind::kLimit,
         Act::kGrant,
         ""},
    Rule{{"oomd", "WORD", N_("avoid or omit: systemd-oomd's preference")}, Kind::kLimit, Act::kGrant, ""},
    Rule{{"domain", "NAME", N_("limit it together with the others of this domain")}, Kind::kLimit, Act::kGrant, ""},
};

Result<const Rule*> find_rule(std::string_view name) {
  for (const Rule& rule : kRules) {
    if (rule.flag.name == name) return &rule;
  }
  std::vector<std::string_view> known;
  for (const Rule& rule : kRules) known.emplace_back(rule.flag.name);
  Error error{.kind = ErrorKind::kUsage,
              .code = 0,
              .message = text::format(_("unknown option '--%s'"), text::printable(name).c_str()),
              .context = {},
              .hint = {}};
  if (const auto near = text::nearest(name, known)) {
    error.hint = text::format(_("did you mean '--%s'?"), std::string(*near).c_str());
  }
  return unexpected(std::move(error));
}

Result<Value> read_environment_flag(std::string_view value) {
  const std::size_t equals = value.find('=');
  if (equals == std::string_view::npos) return read_value(Kind::kEnvironment, value, "inherit");
  return read_value(Kind::kEnvironment, value.substr(0, equals), value.substr(equals));
}

Result<Value> read_granted(const Rule& rule, std::string_view value) {
  const std::string_view access = rule.access;
  switch (rule.kind) {
    case Kind::kNetwork:
      if (value == "share") return read_value(Kind::kNetwork, "network", "");  // no mode of that name for people
      return read_value(Kind::kNetwork, "network", value);
    case Kind::kDevice:
      return read_value(Kind::kDevice, std::string(access) + std::string(value), "");
    case Kind::kFile:
      return read_file_value(value);
    case Kind::kSessionBus:
    case Kind::kSystemBus:
      return access == "call" ? read_call_value(value) : read_value(rule.kind, value, access);
    case Kind::kEnvironment:
      return access == "unset" ? read_value(Kind::kEnvironment, value, access) : read_environment_flag(value);
    case Kind::kLimit:
      return read_value(Kind::kLimit, rule.flag.name, value);
    default:
      return read_value(rule.kind, value, "");
  }
}

// Kinds that are there or not: granting and revoking one at once says nothing.
bool has_no_access(Kind kind) {
  return kind == Kind::kSocket || kind == Kind::kShare || kind == Kind::kDevice || kind == Kind::kPortal ||
         kind == Kind::kFeature;
}

Status refuse_contradiction(const Layer& layer, Kind kind, const std::string& name) {
  const auto is_it = [&](const auto& said) { return said.kind == kind && said.name == name; };
  const bool is_granted = std::any_of(layer.grants.begin(), layer.grants.end(), is_it);
  const bool is_revoked = std::any_of(layer.revokes.begin(), layer.revokes.end(), is_it);
  if (!has_no_access(kind) || !is_granted || !is_revoked) return {};
  return failure(ErrorKind::kUsage, text::format(_("%s '%s' is both granted and revoked"), noun(kind), name.c_str()));
}

Status add_grant(Layer& layer, Kind kind, Value value) {
  Grant grant{.kind = kind,
              .name = std::move(value.name),
              .access = std::move(value.access),
              .origin = layer.origin,
              .rank = layer.rank,
              .reason = {},
              .locked = false};
  const bool is_said =
      std::any_of(layer.grants.begin(), layer.grants.end(), [&](const Grant& said) { return said == grant; });
  if (!is_said) layer.grants.push_back(grant);
  return refuse_contradiction(layer, kind, grant.name);
}

Status add_revoke(Layer& layer, Kind kind, std::string name) {
  Revoke revoke{
      .kind = kind, .name = std::move(name), .origin = layer.origin, .rank = layer.rank, .reason = {}, .locked = false};
  const bool is_said =
      std::any_of(layer.revokes.begin(), layer.revokes.end(), [&](const Revoke& said) { return said == revoke; });
  if (!is_said) layer.revokes.push_back(revoke);
  return refuse_contradiction(layer, kind, revoke.name);
}

Status apply_rule(Layer& layer, const Rule& rule, std::string_view value) {
  const bool is_network = rule.kind == Kind::kShare && value == "network";
  const Kind kind = is_network ? Kind::kNetwork : rule.kind;
  if (rule.kind == Kind::kFile && value == "host:reset") return add_revoke(layer, Kind::kFile, "*");
  if (rule.act == Act::kRevoke) return add_revoke(layer, kind, TRY(read_revoked(kind, value)));
  if (is_network) return add_grant(layer, kind, TRY(read_value(Kind::kNetwork, "network", "share")));
  return add_grant(layer, kind, TRY(read_granted(rule, value)));
}

std::string spell_bus(const Grant& grant) {
  const std::string system = grant.kind == Kind::kSystemBus ? "system-" : "";
  if (is_call(grant)) return "--" + system + "call=" + grant.name + "=" + grant.access.substr(5);
  return "--" + system + grant.access + "-name=" + grant.name;
}

std::string spell_environment(const Grant& grant) {
  if (grant.access == "unset") return "--unset-env=" + grant.name;
  return "--env=" + grant.name + (grant.access == "inherit" ? "" : grant.access);
}

}  // namespace

Status apply_flag(Layer& layer, std::string_view flag, std::string_view value) {
  const Rule* const rule = TRY(find_rule(flag));
  auto done = apply_rule(layer, *rule, value);
  if (done) return {};
  done.error().kind = ErrorKind::kUsage;
  return unexpected(std::move(done).error().in(text::format("--%s", rule->flag.name)));
}

std::string spell(const Grant& grant) {
  switch (grant.kind) {
    case Kind::kSocket:
      return "--socket=" + grant.name;
    case Kind::kShare:
      return "--share=" + grant.name;
    case Kind::kNetwork:
      return grant.access == "share" ? "--share=network" : "--network=" + grant.access;
    case Kind::kPublish:
      return "--publish=" + grant.name;
    case Kind::kDevice:
      return grant.name.starts_with("usb:") ? "--usb=" + grant.name.substr(4) : "--device=" + grant.name;
    case Kind::kFile:
      return "--filesystem=" + write_path(grant.name) + ":" + grant.access;
    case Kind::kSessionBus:
    case Kind::kSystemBus:
      return spell_bus(grant);
    case Kind::kPortal:
      return "--portal=" + grant.name;
    case Kind::kFeature:
      return "--allow=" + grant.name;
    case Kind::kEnvironment:
      return spell_environment(grant);
    case Kind::kPersist:
      return "--persist=" + grant.name;
    case Kind::kLimit:
      return "--" + grant.name + "=" + grant.access;
  }
  return "";
}

const std::vector<Flag>& flags() {
  static const std::vector<Flag> all = [] {
    std::vector<Flag> list;
    for (const Rule& rule : kRules) list.push_back(rule.flag);
    return list;
  }();
  return all;
}

}  // namespace hutch::profile
