#include "core/compose/file_rules.h"

#include <algorithm>
#include <set>

#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/links.h"
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

std::optional<HostPath> locate(const profile::FilePlace& place, const Facts& facts) {
  const facts::Directories& directories = facts.directories;
  std::optional<HostPath> anchor;
  if (place.anchor.empty() || place.anchor == "host") anchor = HostPath();
  if (place.anchor == "home") anchor = facts.user.home;
  if (place.anchor == "host-os") anchor = HostPath::literal("/usr");
  if (place.anchor == "host-etc") anchor = HostPath::literal("/etc");
  if (place.anchor == "xdg-config") anchor = directories.config;
  if (place.anchor == "xdg-data") anchor = directories.data;
  if (place.anchor == "xdg-state") anchor = directories.state;
  if (place.anchor == "xdg-cache") anchor = directories.cache;
  if (place.anchor == "xdg-run") anchor = directories.runtime;
  const auto user = directories.user.find(std::string(place.anchor));
  if (user != directories.user.end()) anchor = user->second;
  if (!anchor || place.rest.empty()) return anchor;
  auto path = anchor->join(place.rest);
  if (!path) return std::nullopt;
  return std::move(*path);
}

bool is_system_name(const Grant& grant) {
  return grant.name == "host-os" || grant.name == "host-etc";
}

struct Refusal {
  HostPath path;
  const char* hint;
};

// Places that no file grant opens as a whole.
std::vector<Refusal> refused_whole(const Facts& facts) {
  return {
      {HostPath::literal("/etc"), N_("grant host-etc, or the file that is needed")},
      {HostPath::literal("/run"), N_("grant the directory that is needed")},
      {HostPath::literal("/run/user"), N_("grant what is needed as xdg-run/NAME")},
      {facts.directories.runtime, N_("grant what is needed as xdg-run/NAME")},
      {HostPath::literal("/tmp"), N_("it holds the sockets of other programs; grant a directory in it")},
  };
}

Status refuse(const Grant& grant, const HostPath& path, const char* hint) {
  Error error{.kind = ErrorKind::kDenied,
              .code = 0,
              .message = text::format(_("'%s' is not given to a sandbox"), text::printable(path.str()).c_str()),
              .context = {},
              .hint = _(hint)};
  return unexpected(std::move(error).in(cite(grant)));
}

Status check_grant(const Grant& grant, const FileRule& rule, const Facts& facts) {
  const HostPath& real = rule.real;
  if (leads_into_protected(facts, rule.path, real)) {
    return refuse(grant, rule.path, N_("a symlink leads it to a protected place; grant that place by its own name"));
  }
  if (planted_link(facts, rule.path)) {
    return refuse(grant, rule.path,
                  N_("a symlink on its way may have been made by a sandboxed program; grant where it leads instead"));
  }
  for (const HostPath& place : own_places(facts)) {
    if (real.is_at_or_below(real_of(facts, place))) return refuse(grant, rule.path, N_("this place belongs to hutch"));
  }
  for (const HostPath& place : session_controls(facts)) {
    if (!real.is_at_or_below(real_of(facts, place))) continue;
    return refuse(grant, rule.path, N_("it controls the whole session; grant bus names and portals instead"));
  }
  for (const char* const place : {"/proc", "/sys", "/dev"}) {
    if (real.is_at_or_below(HostPath::literal(place)))
      return refuse(grant, rule.path, N_("grant devices by --device="));
  }
  for (const Refusal& refusal : refused_whole(facts)) {
    if (real == real_of(facts, refusal.path)) return refuse(grant, rule.path, refusal.hint);
  }
  for (const HostPath& socket : powerful_sockets(facts)) {
    if (grant.rank >= profile::Rank::kUser || !real.is_at_or_below(real_of(facts, socket))) continue;
    return refuse(grant, rule.path, N_("who holds it is root; only your own profile or command line may grant it"));
  }
  return {};
}

Result<FileRule> rule_of(const Grant& grant, const HostPath& path, const Facts& facts) {
  const std::string_view word = profile::access_word(grant);
  if (word == "overlay") {
    return unexpected(Error{.kind = ErrorKind::kUnavailable,
                            .code = 0,
                            .message = _("overlay access to files is not available"),
                            .context = {},
                            .hint = _("use ro or rw")}
                          .in(cite(grant)));
  }
  FileRule rule{.path = path, .real = real_of(facts, path)};
  rule.show = word == "hidden" ? Show::kHidden : word == "ro" ? Show::kRead : Show::kWrite;
  rule.executable = !profile::is_noexec(grant);
  rule.create = word == "create";
  rule.grant = &grant;
  if (rule.show != Show::kHidden && grant.name != "host") TRY(check_grant(grant, rule, facts));
  const bool is_typed = grant.rank == profile::Rank::kCommandLine;
  if (is_typed && rule.show != Show::kHidden && !rule.create && !path.is_root() && facts.find(path) == nullptr) {
    return unexpected(Error{.kind = ErrorKind::kNotFound,
                            .code = 0,
                            .message = text::format(_("'%s' does not exist"), text::printable(path.str()).c_str()),
                            .context = {},
                            .hint = _("write :create behind it to have the directory made")}
                          .in(cite(grant)));
  }
  return rule;
}

class RuleSet {
 public:
  explicit RuleSet(const Facts& facts) : facts_(facts) {}

  // A grant is taken at its word; of two that come to one path, settle_files() has chosen.
  void add(FileRule rule) {
    if (!holds_path(rule.path)) rules_.push_back(std::move(rule));
  }
  // The built-in lists only speak of what no grant names.
  void add(const std::vector<HostPath>& paths, Show show) {
    for (const HostPath& path : paths) {
      FileRule rule{.path = path, .real = real_of(facts_, path), .show = show};
      const bool is_named =
          std::any_of(rules_.begin(), rules_.end(), [&](const FileRule& other) { return other.real == rule.real; });
      if (!is_named) add(std::move(rule));
    }
  }
  std::vector<FileRule> take() && {
    std::sort(rules_.begin(), rules_.end(),
              [](const FileRule& left, const FileRule& right) { return left.path < right.path; });
    return std::move(rules_);
  }

 private:
  [[nodiscard]] bool holds_path(const HostPath& path) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](const FileRule& rule) { return rule.path == path; });
  }
  const Facts& facts_;
  std::vector<FileRule> rules_;
};

bool grants_files(const Profile& profile) {
  const auto grants = profile.all(Kind::kFile);
  return std::any_of(grants.begin(), grants.end(), [](const Grant* grant) {
    return profile::access_word(*grant) != "hidden" && !is_system_name(*grant);
  });
}

// `host` means the entries of the root but the system's, the home, and what is plugged in.
void add_host(RuleSet& rules, const FileRule& host, const Facts& facts) {
  FileRule home = host;
  home.path = facts.user.home;
  home.real = real_of(facts, home.path);
  rules.add(home);
  FileRule media = host;
  media.path = HostPath::literal("/run/media");
  media.real = real_of(facts, media.path);
  rules.add(media);
  rules.add(left_out_of_host(), Show::kHidden);
}

}  // namespace

std::string cite(const Grant& grant) {
  return text::format("%s: %s", profile::describe(grant.origin).c_str(),
                      text::printable(profile::spell(grant)).c_str());
}

Profile settled(const Profile& profile, const Facts& facts) {
  Profile copy = profile;
  profile::settle_files(copy, [&](const profile::FilePlace& place) { return locate(place, facts); });
  return copy;
}

std::optional<HostPath> path_of(const Grant& grant, const Facts& facts) {
  return locate(profile::place_of(grant.name), facts);
}

HostPath real_of(const Facts& facts, const HostPath& path) {
  for (HostPath known = path; !known.is_root(); known = known.parent()) {
    const facts::PathFact* const fact = facts.find(known);
    if (fact == nullptr) continue;
    if (known == path) return fact->real;
    return fact->real / path.relative_to(known);
  }
  return path;
}

bool is_carved_by(const FileRule& outer, const FileRule& inner) {
  if (!inner.real.is_below(outer.real)) return false;
  return inner.show < outer.show || (outer.executable && !inner.executable);
}

Result<std::vector<FileRule>> file_rules(const Profile& profile, const Facts& facts) {
  if (!grants_files(profile)) return std::vector<FileRule>();
  RuleSet rules(facts);
  rules.add(own_places(facts), Show::kHidden);
  std::optional<FileRule> host;
  for (const Grant* const grant : profile.all(Kind::kFile)) {
    const auto path = path_of(*grant, facts);
    if (!path || is_system_name(*grant)) continue;
    FileRule rule = TRY(rule_of(*grant, *path, facts));
    if (grant->name == "host" && rule.show != Show::kHidden) host = rule;
    rules.add(std::move(rule));
  }
  for (const Grant* const grant : profile.all(Kind::kPersist)) {
    const auto path = facts.user.home.join(grant->name);
    if (path) rules.add({*path}, Show::kHidden);
  }
  if (host) add_host(rules, *host, facts);
  rules.add({facts.user.home}, Show::kHidden);  // the private home stands here
  rules.add(secret_paths(facts), Show::kHidden);
  rules.add(session_controls(facts), Show::kHidden);
  rules.add(powerful_sockets(facts), Show::kHidden);
  rules.add(start_up_paths(facts), Show::kRead);
  return std::move(rules).take();
}

std::vector<HostPath> paths_of_rules(const Profile& profile, const Facts& facts) {
  std::set<HostPath> paths;
  const auto add = [&](const std::vector<HostPath>& named) {
    for (HostPath path : named) {
      for (; !path.is_root() && paths.insert(path).second; path = path.parent()) continue;
    }
  };
  for (const Grant* const grant : profile.all(Kind::kFile)) {
    if (const auto path = path_of(*grant, facts)) add({*path});
  }
  if (!grants_files(profile)) return {paths.begin(), paths.end()};
  for (const Grant* const grant : profile.all(Kind::kPersist)) {
    const auto path = facts.user.home.join(grant->name);
    if (path) add({*path});
  }
  add({facts.user.home, HostPath::literal("/run/media")});
  add(own_places(facts));
  add(secret_paths(facts));
  add(session_controls(facts));
  add(powerful_sockets(facts));
  add(start_up_paths(facts));
  return {paths.begin(), paths.end()};
}

}  // namespace hutch::compose
