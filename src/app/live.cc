#include <algorithm>
#include <ctime>

#include "app/instance_table.h"
#include "app/prepare.h"
#include "app/print.h"
#include "app/refusals.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/file_rules.h"
#include "core/compose/live.h"
#include "core/profile/explain.h"
#include "core/profile/files.h"
#include "core/profile/vocabulary.h"
#include "host/cgroup.h"
#include "host/graft.h"
#include "host/probe.h"

namespace hutch::app {
namespace {

Status refuse_others(const profile::Layer& flags) {
  const auto is_path = [](const profile::Grant& grant) {
    const std::string_view word = profile::access_word(grant);
    return grant.kind == profile::Kind::kFile && (word == "ro" || word == "rw") && grant.name != "host" &&
           grant.name != "host-os" && grant.name != "host-etc";
  };
  const bool fits = std::all_of(flags.grants.begin(), flags.grants.end(), is_path) &&
                    std::all_of(flags.revokes.begin(), flags.revokes.end(),
                                [](const profile::Revoke& revoke) { return revoke.kind == profile::Kind::kFile; });
  if (fits) return {};
  return failure(ErrorKind::kUsage, _("a running instance can be given files and directories only: restart needed"),
                 _("--filesystem=PATH or --filesystem=PATH:ro; for the rest grant without --live and start again"));
}

Result<host::Running> instance_of(const facts::Facts& facts, const std::string& name) {
  host::Running running = TRY(host::find_instance(facts, name));
  if (running.record.init == 0) {
    return failure(ErrorKind::kUnavailable,
                   text::format(_("instance '%s' cannot be entered"), running.record.id.c_str()),
                   _("it was started without a user manager; restart needed"));
  }
  return running;
}

// What the same start with this grant would show: every rule on paths, secrets and links is applied as at a start.
Result<Prepared> prepared_with(const facts::Facts& facts, const host::Running& running, const profile::Grant& grant) {
  const Subject subject = TRY(find_subject(facts, running.record.id.str()));
  RunRequest run{.request = TRY(request_of(facts, subject)), .bind_arguments = {}};
  run.request.flags.grants = {grant};
  facts::Facts probed = TRY(host::probe());
  return prepare(std::move(probed), run, Purpose::kShow);
}

Status give_one(const facts::Facts& facts, const host::Running& running, const profile::Grant& grant,
                std::uint64_t seconds) {
  const plan::Plan plan = TRY(host::read_plan(running.directory));
  const Prepared prepared = TRY(prepared_with(facts, running, grant));
  const auto path = compose::path_of(grant, prepared.facts);
  const std::string flag = text::printable(profile::spell(grant));
  if (!path) return failure(ErrorKind::kNotFound, text::format(_("%s names no place on this computer"), flag.c_str()));
  const auto binds = compose::binds_to_add(plan, prepared.plan, compose::real_of(prepared.facts, *path));
  if (binds.empty()) {
    print_text(text::format(_("%s changes nothing: it is shown already\n"), flag.c_str()));
    return {};
  }
  TRY(compose::check_live(plan, binds));
  host::Grafts grafts = TRY(host::open_grafts(running));
  const auto same = std::find_if(grafts.list.begin(), grafts.list.end(),
                                 [&](const host::Graft& graft) { return graft.path == grant.name; });
  if (same != grafts.list.end()) {  // again, with another access or time
    TRY(host::take(running, same->mounts, 0));
    grafts.list.erase(same);
  }
  host::Graft graft{.path = grant.name, .mounts = TRY(host::give(running, binds)), .until = 0};
  if (seconds > 0) {
    const Status timed = host::take(running, graft.mounts, seconds);
    if (!timed) {
      (void)host::take(running, graft.mounts, 0);  // nothing is given without its end
      return timed;
    }
    graft.until = static_cast<std::int64_t>(::time(nullptr)) + static_cast<std::int64_t>(seconds);
  }
  grafts.list.push_back(graft);
  TRY(host::save_grafts(running, grafts));
  const profile::Sentence sentence = profile::sentence_of(grant);
  print_text(text::format("%s: %s\n", flag.c_str(), sentence.text.c_str()));
  if (!sentence.risk.empty()) print_text(text::format(_("  risk: %s\n"), sentence.risk.c_str()));
  if (seconds > 0) print_text(text::format(_("  until %s\n"), local_time(graft.until).c_str()));
  return {};
}

}  // namespace

Result<int> grant_live(const std::string& name, const profile::Layer& flags, std::uint64_t seconds) {
  TRY(refuse_others(flags));
  if (flags.grants.empty())
    return failure(ErrorKind::kUsage, _("nothing to change: name what is granted"),
                   _("for example --filesystem=~/letter.txt:ro"));
  const facts::Facts facts = TRY(host::probe());
  const host::Running running = TRY(instance_of(facts, name));
  for (const profile::Grant& grant : flags.grants) TRY(give_one(facts, running, grant, seconds));
  return kSucceeded;
}

Result<int> revoke_live(const std::string& name, const profile::Layer& flags) {
  TRY(refuse_others(flags));
  const facts::Facts facts = TRY(host::probe());
  const host::Running running = TRY(instance_of(facts, name));
  host::Grafts grafts = TRY(host::open_grafts(running));
  const auto is_meant = [&](const host::Graft& graft) {
    const auto holds = [&](const std::string& path) { return profile::is_at_or_below(graft.path, path); };
    return (flags.grants.empty() && flags.revokes.empty()) ||
           std::any_of(flags.grants.begin(), flags.grants.end(), [&](const auto& one) { return holds(one.name); }) ||
           std::any_of(flags.revokes.begin(), flags.revokes.end(), [&](const auto& one) { return holds(one.name); });
  };
  std::size_t taken = 0;
  for (auto graft = grafts.list.begin(); graft != grafts.list.end();) {
    if (!is_meant(*graft)) {
      ++graft;
      continue;
    }
    TRY(host::take(running, graft->mounts, 0));
    print_text(text::format(_("'%s' is taken back\n"), text::printable(graft->path).c_str()));
    graft = grafts.list.erase(graft);
    ++taken;
    TRY(host::save_grafts(running, grafts));
  }
  if (taken == 0) {
    return failure(ErrorKind::kNotFound,
                   text::format(_("'%s' was given no such thing while it ran"), running.record.id.c_str()),
                   _("what it had from its start it keeps until it is started again: 'hutch revoke' without --live"));
  }
  print_note(_("files that it has open stay open until it closes them"));
  return kSucceeded;
}

}  // namespace hutch::app
