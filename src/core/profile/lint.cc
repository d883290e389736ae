#include "core/profile/lint.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/dangers.h"
#include "core/profile/files.h"
#include "core/profile/precedence.h"
#include "core/profile/vocabulary.h"

namespace hutch::profile {
namespace {

using Findings = std::vector<Finding>;

void add(Findings& findings, Severity severity, const Origin& origin, std::string text, std::string remedy = {}) {
  findings.push_back({.severity = severity, .origin = origin, .text = std::move(text), .remedy = std::move(remedy)});
}

const Grant* find(const Layer& layer, Kind kind, std::string_view name) {
  const auto found = std::find_if(layer.grants.begin(), layer.grants.end(),
                                  [&](const Grant& grant) { return grant.kind == kind && grant.name == name; });
  return found == layer.grants.end() ? nullptr : &*found;
}

void lint_reason(Findings& findings, const Grant& grant) {
  const char* const risk = risk_of(grant);
  if (risk == nullptr || !grant.reason.empty()) return;
  add(findings, Severity::kWarning, grant.origin,
      text::format(_("'%s' has no reason: %s"), spell(grant).c_str(), _(risk)), _("add reason = \"...\""));
}

// Places the sandbox makes itself; a grant there cannot be honoured.
void lint_path(Findings& findings, const Grant& grant) {
  static constexpr std::array<std::string_view, 4> kOwn = {"/proc", "/sys", "/dev", "/usr"};
  static constexpr std::array<std::string_view, 7> kWide = {"/home", "/root", "/run", "/var", "/etc", "/media", "/mnt"};
  if (access_word(grant) == "hidden") return;
  for (const std::string_view own : kOwn) {
    if (!is_at_or_below(grant.name, own)) continue;
    add(findings, Severity::kError, grant.origin,
        text::format(_("'%s' lies in a directory the sandbox makes itself"), grant.name.c_str()),
        own == "/dev" || own == "/sys" ? _("grant a device") : "");
  }
  if (std::find(kWide.begin(), kWide.end(), grant.name) != kWide.end()) {
    add(findings, Severity::kWarning, grant.origin, text::format(_("'%s' is too wide"), grant.name.c_str()),
        _("name what is needed below it"));
  }
  if (grant.name.find_first_of("*?[") != std::string::npos) {
    add(findings, Severity::kWarning, grant.origin,
        text::format(_("'%s' is taken literally: patterns are not expanded"), grant.name.c_str()));
  }
}

void lint_call(Findings& findings, const Layer& layer, const Grant& grant) {
  const std::string_view rule = std::string_view(grant.access).substr(5);
  const std::string_view method = rule.substr(0, rule.find('@'));
  if (method == grant.name) {
    add(findings, Severity::kWarning, grant.origin,
        text::format(_("the call rule for '%s' never matches: its last part is read as the method"),
                     grant.name.c_str()),
        text::format(_("write %s.*"), std::string(method).c_str()));
  }
  for (const Grant& other : layer.grants) {
    const bool is_wider = other.kind == grant.kind && (other.access == "talk" || other.access == "own");
    if (!is_wider || !holds(grant.kind, other.name, grant.name)) continue;
    add(findings, Severity::kWarning, grant.origin,
        text::format(_("the call rule for '%s' has no effect: '%s' allows every call"), grant.name.c_str(),
                     spell(other).c_str()));
  }
}

void lint_match(Findings& findings, const Layer& layer) {
  if (layer.rank == Rank::kUser) return;
  static constexpr std::array kForeign = {"/home", "/tmp", "/var/tmp", "/root"};
  for (const HostPath& command : layer.match.command) {
    for (const char* foreign : kForeign) {
      if (!command.is_at_or_below(HostPath::literal(foreign))) continue;
      add(findings, Severity::kWarning, layer.origin,
          text::format(_("'%s' is no place for programs of the system"), command.c_str()));
    }
  }
}

void lint_contradictions(Findings& findings, const Layer& layer) {
  const Grant* const x11 = find(layer, Kind::kSocket, "x11");
  const Grant* const fallback = find(layer, Kind::kSocket, "fallback-x11");
  if (x11 != nullptr && fallback != nullptr) {
    add(findings, Severity::kWarning, fallback->origin, _("'fallback-x11' has no effect beside 'x11'"));
  }
  const Grant* const network = find(layer, Kind::kNetwork, "network");
  for (const Grant& grant : layer.grants) {
    if (grant.kind != Kind::kPublish || network == nullptr || network->access != "none") continue;
    add(findings, Severity::kWarning, grant.origin,
        text::format(_("port rule '%s' contradicts network mode 'none'"), grant.name.c_str()));
  }
}

}  // namespace

std::vector<Finding> lint(const Layer& layer) {
  Findings findings;
  for (const std::string& warning : layer.warnings) add(findings, Severity::kWarning, layer.origin, warning);
  for (const Grant& grant : layer.grants) {
    lint_reason(findings, grant);
    if (grant.kind == Kind::kFile) lint_path(findings, grant);
    if (is_call(grant)) lint_call(findings, layer, grant);
  }
  lint_match(findings, layer);
  lint_contradictions(findings, layer);
  return findings;
}

namespace {

void lint_shadows(Findings& findings, const Profile& profile, const Grant& grant) {
  for (const Grant& wider : profile.grants) {
    const bool is_other = wider.kind == grant.kind && wider.name != grant.name;
    if (!is_other || !holds(grant.kind, wider.name, grant.name) || wider.access != grant.access) continue;
    if (wider.locked || grant.locked || grant.kind == Kind::kPersist) continue;
    add(findings, Severity::kNote, grant.origin,
        text::format(_("'%s' adds nothing to '%s' (%s)"), spell(grant).c_str(), spell(wider).c_str(),
                     describe(wider.origin).c_str()));
    return;
  }
}

void lint_buses(Findings& findings, const Profile& profile, Kind kind, const char* socket) {
  const Grant* const open = profile.find(Kind::kSocket, socket);
  const auto rules = profile.all(kind);
  if (open == nullptr || rules.empty()) return;
  add(findings, Severity::kWarning, rules.front()->origin,
      text::format(_("bus rules have no effect beside the unfiltered '%s' (%s)"), socket,
                   describe(open->origin).c_str()));
}

void lint_revokes(Findings& findings, const Profile& profile) {
  for (const Revoke& revoke : profile.revokes) {
    const bool has_taken =
        std::any_of(profile.superseded.begin(), profile.superseded.end(), [&](const Superseded& lost) {
          return lost.was_revoked && lost.by == revoke.origin && lost.grant.kind == revoke.kind;
        });
    const bool has_hidden = std::any_of(profile.grants.begin(), profile.grants.end(), [&](const Grant& grant) {
      return grant.kind == revoke.kind && grant.name == revoke.name && grant.origin == revoke.origin;
    });
    if (has_taken || has_hidden || revoke.locked || revoke.rank == Rank::kCommandLine) continue;
    add(findings, Severity::kWarning, revoke.origin,
        text::format(_("revoking '%s' takes back nothing"), revoke.name.c_str()), _("remove it"));
  }
}

}  // namespace

std::vector<Finding> lint(const Profile& profile) {
  Findings findings;
  for (const std::string& warning : profile.warnings) add(findings, Severity::kWarning, {}, warning);
  for (const Grant& grant : profile.grants) lint_shadows(findings, profile, grant);
  lint_buses(findings, profile, Kind::kSessionBus, "session-bus");
  lint_buses(findings, profile, Kind::kSystemBus, "system-bus");
  lint_revokes(findings, profile);
  const Grant* const microphone = profile.find(Kind::kFeature, "microphone");
  const bool has_sound = profile.has(Kind::kSocket, "pulseaudio") || profile.has(Kind::kSocket, "pipewire");
  if (microphone != nullptr && !has_sound) {
    add(findings, Severity::kWarning, microphone->origin, _("'microphone' has no effect without a sound socket"));
  }
  const Grant* const network = profile.find(Kind::kNetwork, "network");
  const bool has_own_stack = network != nullptr && network->access != "none" && network->access != "host";
  for (const Grant* published : profile.all(Kind::kPublish)) {
    if (has_own_stack) continue;
    add(findings, Severity::kWarning, published->origin,
        text::format(_("port rule '%s' has no effect without a network of the sandbox's own"),
                     published->name.c_str()));
  }
  return findings;
}

}  // namespace hutch::profile
