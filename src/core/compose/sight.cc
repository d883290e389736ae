// Where a path of the host is in a sandbox, and what decides that: the part of remedy.h on paths.
#include <algorithm>
#include <optional>

#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/file_rules.h"
#include "core/compose/remedy.h"
#include "core/compose/scene.h"
#include "core/compose/secrets.h"
#include "core/profile/files.h"
#include "core/profile/vocabulary.h"

namespace hutch::compose {
namespace {

using facts::Facts;
using profile::Grant;
using profile::Kind;
using profile::Profile;

bool is_scenery(const plan::Step& step) {
  return std::holds_alternative<plan::AwaitHelpers>(step) || std::holds_alternative<plan::Seal>(step);
}

// The step that decides what stands at `inside`: the last one at or above it. A directory below a bind changes nothing
// about what the bind shows.
const plan::Step* step_at(const plan::Plan& plan, const BoxPath& inside) {
  const plan::Step* found = nullptr;
  for (const plan::Step& step : plan.sandbox.steps) {
    if (is_scenery(step) || !inside.is_at_or_below(plan::target_of(step))) continue;
    const bool is_place = std::holds_alternative<plan::Dir>(step) && plan::target_of(step) != inside;
    if (!is_place) found = &step;
  }
  return found;
}

// Where a bind shows what is at `real` on the host, if no later step stands in front of it.
std::optional<BoxPath> shown_by(const plan::Plan& plan, const plan::Step& step, const HostPath& real) {
  const auto* const bind = std::get_if<plan::Bind>(&step);
  if (bind == nullptr || !real.is_at_or_below(bind->source)) return std::nullopt;
  const std::string_view rest = real.relative_to(bind->source);
  BoxPath inside = rest.empty() ? bind->target : bind->target / rest;
  if (step_at(plan, inside) != &step) return std::nullopt;
  return inside;
}

std::string name_of(const Grant& grant) {
  return text::format("%s [%s]", text::printable(profile::spell(grant)).c_str(),
                      profile::describe(grant.origin).c_str());
}

// The narrowest grant of files at or above the path that says this.
std::string granted_by(const Profile& profile, const Facts& facts, const HostPath& real, bool is_hidden) {
  const Grant* best = nullptr;
  std::size_t length = 0;
  for (const Grant* const grant : profile.all(Kind::kFile)) {
    const auto path = path_of(*grant, facts);
    if (!path || (profile::access_word(*grant) == "hidden") != is_hidden) continue;
    const HostPath place = real_of(facts, *path);
    if (!real.is_at_or_below(place) || place.str().size() < length) continue;
    best = grant;
    length = place.str().size();
  }
  return best == nullptr ? std::string() : name_of(*best);
}

std::string listed_by(const Facts& facts, const HostPath& real) {
  const auto holds = [&](const std::vector<HostPath>& places) {
    return std::any_of(places.begin(), places.end(),
                       [&](const HostPath& place) { return real.is_at_or_below(real_of(facts, place)); });
  };
  if (holds(own_places(facts))) return _("hutch's own places, which no sandbox gets");
  if (holds(secret_paths(facts))) return _("the built-in list of secrets, which only a grant of their own opens");
  if (holds(session_controls(facts))) return _("the built-in list of what controls the session");
  if (holds(powerful_sockets(facts))) return _("the built-in list of sockets that make root");
  return {};
}

std::string revoked_by(const Profile& profile, const Facts& facts, const HostPath& real) {
  for (const profile::Superseded& lost : profile.superseded) {
    if (lost.grant.kind != Kind::kFile || profile::access_word(lost.grant) == "hidden") continue;
    const auto path = path_of(lost.grant, facts);
    if (!path || !real.is_at_or_below(real_of(facts, *path))) continue;
    return text::format(_("%s was overruled [%s]"), name_of(lost.grant).c_str(), profile::describe(lost.by).c_str());
  }
  return {};
}

std::string hidden_because(const Profile& profile, const Facts& facts, const HostPath& real) {
  std::string reason = granted_by(profile, facts, real, true);
  if (reason.empty()) reason = revoked_by(profile, facts, real);
  if (reason.empty()) reason = listed_by(facts, real);
  if (!reason.empty()) return reason;
  return text::format(_("no line of profile '%s' shows it"), profile.id.c_str());
}

}  // namespace

Sight look_for(const plan::Plan& plan, const Profile& profile, const Facts& facts, const HostPath& path) {
  if (facts.find(path) == nullptr) return {.kind = Sight::Kind::kMissing, .inside = {}, .is_writable = false, .by = {}};
  const Profile known = settled(profile, facts);
  const HostPath real = real_of(facts, path);
  for (const plan::Step& step : plan.sandbox.steps) {
    const auto inside = shown_by(plan, step, real);
    if (!inside) continue;
    std::string by = granted_by(known, facts, real, false);
    if (by.empty()) by = _("every sandbox has it, or it was given at the start");
    const bool is_writable = std::get<plan::Bind>(step).access == plan::BindAccess::kReadWrite;
    return {.kind = Sight::Kind::kShown, .inside = *inside, .is_writable = is_writable, .by = std::move(by)};
  }
  std::string by = hidden_because(known, facts, real);
  const plan::Step* const step = step_at(plan, same_in_box(path));
  const auto* const bind = step == nullptr ? nullptr : std::get_if<plan::Bind>(step);
  // Of a bind of something else, what is inside is the app's own: its home, its part of the runtime directory.
  const bool is_private = bind != nullptr || (step != nullptr && plan::target_of(*step) == same_in_box(path));
  return {.kind = is_private ? Sight::Kind::kPrivate : Sight::Kind::kHidden,
          .inside = same_in_box(path),
          .is_writable = false,
          .by = std::move(by)};
}

std::vector<HostPath> paths_of_sight(const Profile& profile, const Facts& facts, const HostPath& path) {
  std::vector<HostPath> paths = paths_of_rules(profile, facts);
  for (HostPath part = path; !part.is_root(); part = part.parent()) paths.push_back(part);
  for (const auto& places :
       {own_places(facts), secret_paths(facts), session_controls(facts), powerful_sockets(facts)}) {
    paths.insert(paths.end(), places.begin(), places.end());
  }
  return paths;
}

std::vector<Grant> remedies_of_path(const Facts& facts, const HostPath& path) {
  const HostPath real = real_of(facts, path);
  const auto grant = [](Kind kind, std::string name, std::string access = {}) {
    return std::vector<Grant>{
        {.kind = kind, .name = std::move(name), .access = std::move(access), .rank = profile::Rank::kCommandLine}};
  };
  const facts::Desktop& desktop = facts.desktop;
  const auto is = [&](const std::optional<HostPath>& socket) { return socket && (path == *socket || real == *socket); };
  if (is(desktop.wayland_socket)) return grant(Kind::kSocket, "wayland");
  if (is(desktop.x11_socket)) return grant(Kind::kSocket, "x11");
  if (is(desktop.pulse_socket)) return grant(Kind::kSocket, "pulseaudio");
  if (is(desktop.pipewire_socket)) return grant(Kind::kSocket, "pipewire");
  if (is(desktop.ssh_agent)) return grant(Kind::kSocket, "ssh-auth");
  struct Place {
    const char* path;
    Kind kind;
    const char* name;
  };
  static constexpr Place kPlaces[] = {
      {"/dev/dri", Kind::kDevice, "dri"},        {"/dev/input", Kind::kDevice, "input"},
      {"/dev/kvm", Kind::kDevice, "kvm"},        {"/dev/bus/usb", Kind::kDevice, "usb"},
      {"/dev/snd", Kind::kSocket, "pulseaudio"}, {"/dev", Kind::kDevice, "all"},
      {"/run/cups", Kind::kSocket, "cups"},      {"/run/pcscd", Kind::kSocket, "pcsc"},
  };
  if (real.is_at_or_below(HostPath::literal("/dev")) && real.name().starts_with("video")) {
    return grant(Kind::kDevice, "camera");
  }
  for (const Place& place : kPlaces) {
    if (real.is_at_or_below(HostPath::literal(place.path))) return grant(place.kind, place.name);
  }
  std::string name = path.str();
  const HostPath& home = facts.user.home;
  if (path.is_below(home)) name = "~/" + std::string(path.relative_to(home));
  if (path.is_below(facts.directories.runtime)) {
    name = "xdg-run/" + std::string(path.relative_to(facts.directories.runtime));
  }
  return grant(Kind::kFile, std::move(name), "ro");
}

}  // namespace hutch::compose
