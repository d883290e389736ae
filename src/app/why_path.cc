#include <unistd.h>

#include "app/prepare.h"
#include "app/print.h"
#include "app/refusals.h"
#include "app/start.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/compose.h"
#include "core/compose/file_rules.h"
#include "core/compose/remedy.h"
#include "host/graft.h"
#include "host/probe.h"

namespace hutch::app {
namespace {

using compose::Sight;

Result<HostPath> absolute(const std::string& typed) {
  if (typed.starts_with('/')) return HostPath::parse(typed);
  char directory[kPathLimit + 1];
  if (::getcwd(directory, sizeof directory) == nullptr) {
    return unexpected(system_error(errno, _("cannot tell the working directory")));
  }
  const HostPath here = TRY(HostPath::parse(directory));
  return here.join(typed);
}

const char* word_of(Sight::Kind kind) {
  switch (kind) {
    case Sight::Kind::kMissing:
      return "missing";
    case Sight::Kind::kShown:
      return "shown";
    case Sight::Kind::kPrivate:
      return "private";
    case Sight::Kind::kHidden:
      break;
  }
  return "hidden";
}

std::string sentence_of(const Sight& sight, const std::string& path) {
  switch (sight.kind) {
    case Sight::Kind::kMissing:
      return text::format(_("'%s' does not exist on the host either, or you cannot reach it yourself\n"), path.c_str());
    case Sight::Kind::kShown:
      return text::format(sight.is_writable ? _("'%s' is shown as '%s', to be changed: %s\n")
                                            : _("'%s' is shown as '%s', to be read: %s\n"),
                          path.c_str(), text::printable(sight.inside.str()).c_str(), sight.by.c_str());
    case Sight::Kind::kPrivate:
      return text::format(_("'%s' exists on the host and is hidden behind something of the app's own: %s\n"),
                          path.c_str(), sight.by.c_str());
    case Sight::Kind::kHidden:
      break;
  }
  return text::format(_("'%s' exists on the host and is hidden: %s\n"), path.c_str(), sight.by.c_str());
}

// The plan that a run with this grant would have; an error says why nothing may show it.
Result<Sight> sight_with(const Subject& subject, const profile::Grant& grant, const HostPath& path) {
  facts::Facts facts = TRY(host::probe());
  RunRequest run{.request = TRY(request_of(facts, subject)), .bind_arguments = {}};
  run.request.flags.grants = {grant};
  Prepared prepared = TRY(prepare(std::move(facts), run, Purpose::kShow));
  host::look_up(prepared.facts, compose::paths_of_sight(prepared.profile, prepared.facts, path));
  return compose::look_for(prepared.plan, prepared.profile, prepared.facts, path);
}

Result<plan::Plan> plan_of(const facts::Facts& facts, const Subject& subject) {
  if (subject.running) return host::read_plan(subject.running->directory);
  const RunRequest run{.request = TRY(request_of(facts, subject)), .bind_arguments = {}};
  facts::Facts probed = TRY(host::probe());
  Prepared prepared = TRY(prepare(std::move(probed), run, Purpose::kShow));
  return std::move(prepared.plan);
}

// Given to it while it runs: the plan of its start does not know of it.
Result<bool> is_given_live(const facts::Facts& facts, const Subject& subject, const HostPath& path) {
  if (!subject.running) return false;
  for (const host::Graft& graft : TRY(host::list_grafts(*subject.running))) {
    const auto given = compose::path_of({.kind = profile::Kind::kFile, .name = graft.path}, facts);
    if (given && path.is_at_or_below(*given)) return true;
  }
  return false;
}

}  // namespace

Result<int> why_path(const facts::Facts& known, const Subject& subject, const std::string& typed, bool json) {
  const HostPath path = TRY(absolute(typed));
  const profile::Profile profile = TRY(profile_of(known, subject));
  const plan::Plan plan = TRY(plan_of(known, subject));
  facts::Facts facts = known;
  host::look_up(facts, compose::paths_of_sight(profile, facts, path));
  Sight sight = compose::look_for(plan, profile, facts, path);
  const bool is_hidden = sight.kind == Sight::Kind::kHidden || sight.kind == Sight::Kind::kPrivate;
  if (is_hidden && TRY(is_given_live(facts, subject, path))) {
    sight.kind = Sight::Kind::kShown;
    sight.inside = same_in_box(path);
    sight.by = _("given to it while it runs, with 'hutch grant --live'");
  }
  std::vector<Remedy> remedies;
  std::string refusal;
  const bool is_unreadable = ::access(path.c_str(), R_OK) != 0;
  if (is_unreadable && sight.kind != Sight::Kind::kMissing) refusal = _("you cannot read it yourself");
  const bool is_seen = is_unreadable || sight.kind == Sight::Kind::kMissing || sight.kind == Sight::Kind::kShown;
  for (const profile::Grant& grant : is_seen ? std::vector<profile::Grant>() : compose::remedies_of_path(facts, path)) {
    const auto then = sight_with(subject, grant, path);
    const bool is_path = grant.kind == profile::Kind::kFile;  // others are known to work where the host has the thing
    if (!then) {
      refusal = then.error().describe() + (then.error().hint.empty() ? "" : " (" + then.error().hint + ")");
    } else if (is_path && then->kind != Sight::Kind::kShown) {
      refusal = then->by;
    } else {
      remedies.push_back(remedy_of(subject, grant));
    }
  }
  const std::string shown = text::printable(path.str());
  if (json) {
    print_json(Json{{"instance", subject.id.str()},
                    {"path", path.str()},
                    {"sight", word_of(sight.kind)},
                    {"inside", sight.inside.str()},
                    {"writable", sight.is_writable},
                    {"by", sight.by},
                    {"remedies", to_json(remedies)},
                    {"refusal", refusal}});
    return kSucceeded;
  }
  print_text(sentence_of(sight, shown));
  if (!remedies.empty()) print_text(_("  what would show it, from the next start on:\n") + format(remedies));
  if (!refusal.empty()) print_text(text::format(_("  no grant shows it: %s\n"), refusal.c_str()));
  return kSucceeded;
}

}  // namespace hutch::app
