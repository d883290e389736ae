#include "core/compose/files.h"

#include <algorithm>
#include <set>

#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/file_rules.h"
#include "core/compose/secrets.h"
#include "core/profile/vocabulary.h"

namespace hutch::compose {
namespace {

using facts::Facts;
using facts::PathFact;

bool is_shown_type(FileType type) {
  return type == FileType::kRegular || type == FileType::kDirectory;
}

class Shower {
 public:
  Shower(const Facts& facts, const std::vector<FileRule>& rules, Files& files)
      : facts_(facts), rules_(rules), files_(files) {}

  Status show(const FileRule& rule) {
    const PathFact* const fact = facts_.find(rule.path);
    if (rule.path.is_root()) return show_parts(rule, rule.path, HostPath());
    if (fact == nullptr) return rule.create ? create(rule) : Status();
    if (fact->real.is_at_or_below(HostPath::literal("/usr"))) return {};  // there already, read-only
    const HostPath place = place_of(rule, *fact);
    if (fact->type == FileType::kDirectory && is_carved(rule, fact->real)) return show_parts(rule, place, fact->real);
    bind(*fact, place, rule.show, rule.executable);
    return {};
  }

 private:
  // Where a granted path stands inside. Below another grant a symlink of the host shows as itself, and nothing can be
  // mounted on it: there the file appears where the link leads.
  [[nodiscard]] HostPath place_of(const FileRule& rule, const PathFact& fact) const {
    if (rule.path.is_below(HostPath::literal("/var/run"))) return fact.real;  // a link inside as well
    for (const FileRule& outer : rules_) {
      if (outer.show == Show::kHidden || outer.path.is_root() || !rule.path.is_below(outer.path)) continue;
      const HostPath straight = outer.real / rule.path.relative_to(outer.path);
      const bool is_taken_apart = is_carved(outer, real_of(facts_, rule.path.parent()));
      if (straight != fact.real && !is_taken_apart) return fact.real;
    }
    return rule.path;
  }

  [[nodiscard]] bool is_carved(const FileRule& outer, const HostPath& real) const {
    return std::any_of(rules_.begin(), rules_.end(),
                       [&](const FileRule& inner) { return inner.real.is_below(real) && is_carved_by(outer, inner); });
  }
  [[nodiscard]] bool is_hidden(const HostPath& real) const {
    return std::any_of(rules_.begin(), rules_.end(), [&](const FileRule& rule) {
      return rule.show == Show::kHidden && real.is_at_or_below(rule.real);
    });
  }
  [[nodiscard]] const FileRule* rule_at(const HostPath& real) const {
    const auto found =
        std::find_if(rules_.begin(), rules_.end(), [&](const FileRule& rule) { return rule.real == real; });
    return found == rules_.end() ? nullptr : &*found;
  }

  Status show_parts(const FileRule& rule, const HostPath& place, const HostPath& real) {
    const auto listing = facts_.listings.find(real);
    if (listing == facts_.listings.end()) return {};  // unreadable: nothing of it can be shown
    if (listing->second.size() > kListingLimit) {
      Error error{.kind = ErrorKind::kDenied,
                  .code = 0,
                  .message = text::format(_("'%s' has too many entries to keep some of them hidden"),
                                          text::printable(place.str()).c_str()),
                  .context = {},
                  .hint = _("grant the directories that are needed instead")};
      return unexpected(rule.grant == nullptr ? std::move(error) : std::move(error).in(cite(*rule.grant)));
    }
    const bool is_private = place.is_at_or_below(facts_.user.home);  // made in the private home when it is missing
    if (!place.is_root() && !is_private) files_.steps.emplace_back(plan::Dir{.target = same_in_box(place)});
    for (const std::string& name : listing->second) {
      const HostPath inside = real / name;
      const PathFact* const fact = facts_.find(inside);
      if (fact == nullptr || !is_shown_type(fact->type)) continue;
      if (fact->real == inside) {
        TRY(show_part(rule, place / name, *fact));
      } else if (is_safe_link(rule, fact->real)) {
        bind(*fact, place / name, rule.show, rule.executable);
      }
    }
    return {};
  }

  Status show_part(const FileRule& rule, const HostPath& place, const PathFact& fact) {
    const FileRule* const own = rule_at(fact.real);
    if (own != nullptr && (own->grant != nullptr || own->show == Show::kHidden)) return {};
    FileRule part = rule;
    if (own != nullptr) part.show = std::min(rule.show, own->show);
    if (fact.type == FileType::kDirectory && is_carved(part, fact.real)) return show_parts(part, place, fact.real);
    bind(fact, place, part.show, part.executable);
    return {};
  }

  // A link that leads to something the grant shows anyway is bound as what it leads to; any other is left out.
  [[nodiscard]] bool is_safe_link(const FileRule& rule, const HostPath& real) const {
    return real.is_below(rule.real) && !is_hidden(real) && rule_at(real) == nullptr && !is_carved(rule, real);
  }

  void bind(const PathFact& fact, const HostPath& place, Show show, bool executable) {
    // A read-only bind of a socket keeps nobody from connecting; it keeps its mode from being changed.
    if (fact.type == FileType::kSocket) show = Show::kRead;
    files_.steps.emplace_back(
        plan::Bind{.source = fact.real,
                   .target = same_in_box(place),
                   .type = fact.type,
                   .access = show == Show::kWrite ? plan::BindAccess::kReadWrite : plan::BindAccess::kReadOnly,
                   .executable = executable,
                   .identity = fact.identity});
  }

  Status create(const FileRule& rule) {
    files_.directories.push_back(rule.real);
    files_.steps.emplace_back(plan::Bind{.source = rule.real,
                                         .target = same_in_box(rule.path),
                                         .type = FileType::kDirectory,
                                         .access = plan::BindAccess::kReadWrite,
                                         .executable = rule.executable});
    return {};
  }

  const Facts& facts_;
  const std::vector<FileRule>& rules_;
  Files& files_;
};

// Flatpak's names for the host's own directories, where programs look for them.
void add_system(const Scene& scene, Files& files) {
  for (const char* const name : {"host-os", "host-etc"}) {
    const profile::Grant* const grant = scene.profile.find(profile::Kind::kFile, name);
    const auto path = grant == nullptr ? std::nullopt : path_of(*grant, scene.facts);
    const PathFact* const fact = path ? scene.facts.find(*path) : nullptr;
    if (fact == nullptr) continue;
    files.steps.emplace_back(plan::Bind{.source = fact->real,
                                        .target = BoxPath::literal("/run/host") / path->name(),
                                        .type = fact->type,
                                        .identity = fact->identity});
  }
}

void add_weakenings(const Scene& scene, const std::vector<FileRule>& rules, Files& files) {
  for (const FileRule& rule : rules) {
    if (rule.grant == nullptr || rule.show == Show::kHidden) continue;
    const auto opens = [&](const std::vector<HostPath>& places) {
      return std::any_of(places.begin(), places.end(),
                         [&](const HostPath& place) { return rule.real.is_at_or_below(real_of(scene.facts, place)); });
    };
    const bool is_start_up = rule.show == Show::kWrite && opens(start_up_paths(scene.facts));
    if (is_start_up || opens(powerful_sockets(scene.facts)) || opens(secret_paths(scene.facts))) {
      files.weakenings.push_back(profile::spell(*rule.grant));
    }
  }
}

}  // namespace

Result<Files> files(const Scene& scene) {
  const std::vector<FileRule> rules = TRY(file_rules(scene.profile, scene.facts));
  Files files;
  Shower shower(scene.facts, rules, files);
  for (const FileRule& rule : rules) {
    const bool is_granted = rule.grant != nullptr && rule.show != Show::kHidden;
    if (is_granted) TRY(shower.show(rule));
  }
  add_system(scene, files);
  add_weakenings(scene, rules, files);
  return files;
}

std::vector<HostPath> listings_of_files(const profile::Profile& profile, const Facts& facts) {
  std::set<HostPath> directories;
  const auto rules = file_rules(profile, facts);
  if (!rules) return {};  // files() will say why
  for (const FileRule& outer : *rules) {
    if (outer.grant == nullptr || outer.show == Show::kHidden) continue;
    for (const FileRule& inner : *rules) {
      if (!is_carved_by(outer, inner)) continue;
      for (HostPath path = inner.real; path != outer.real;) {
        path = path.parent();
        directories.insert(path);
      }
    }
  }
  return {directories.begin(), directories.end()};
}

std::vector<HostPath> paths_of_files(const profile::Profile& profile, const Facts& facts) {
  std::vector<HostPath> paths = paths_of_rules(profile, facts);
  for (const HostPath& directory : listings_of_files(profile, facts)) {
    const auto listing = facts.listings.find(directory);
    if (listing == facts.listings.end() || listing->second.size() > kListingLimit) continue;
    for (const std::string& name : listing->second) {
      if (auto path = directory.join(name)) paths.push_back(std::move(*path));
    }
  }
  return paths;
}

}  // namespace hutch::compose
