#include <algorithm>

#include "app/print.h"
#include "app/start.h"
#include "app/targets.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/limits.h"
#include "host/open_files.h"
#include "host/probe.h"
#include "host/queries.h"

namespace hutch::app {
namespace {

struct Change {
  plan::Limits limits;
  std::optional<std::uint64_t> open_files;
};

// PID 1 of the sandbox is limited with the others, since it starts the commands of `exec`; it must not be starved.
Result<std::uint64_t> open_files_of(const profile::Grant& grant) {
  constexpr unsigned long long kLeast = 64;
  const auto number = text::parse_number(grant.access, ~0ULL);
  if (number && *number >= kLeast) return *number;
  return failure(ErrorKind::kUsage, text::format(_("--nofile of a running instance is %llu at least"), kLeast));
}

// Limits that a running process took from its start cannot be changed.
Result<Change> change_of(const profile::Layer& flags, const HostPath& home) {
  Change change;
  std::vector<const profile::Grant*> grants;
  for (const profile::Grant& grant : flags.grants) {
    for (const char* const fixed : {"core", "time", "idle", "oom-score"}) {
      if (grant.name != fixed) continue;
      return failure(ErrorKind::kUsage,
                     text::format(_("--%s cannot be changed while the app runs"), grant.name.c_str()),
                     _("give it to 'hutch run'"));
    }
    if (grant.name == "nofile") change.open_files = TRY(open_files_of(grant));
    grants.push_back(&grant);
  }
  change.limits = TRY(compose::scope_limits(grants, home));
  if (change.limits.empty() && !change.open_files) {
    return failure(ErrorKind::kUsage, _("which limit?"), _("for example: hutch set ID --memory=1G"));
  }
  return change;
}

Status apply(const Change& change, const host::Running& instance) {
  if (!change.limits.empty()) {
    if (instance.record.scope.empty()) return unexpected(no_scope(instance));
    TRY(host::ask_limits(instance.record.scope, change.limits));
  }
  if (change.open_files) TRY(host::limit_open_files(instance, *change.open_files));
  return {};
}

}  // namespace

Result<int> set(const Targets& targets, const std::string& domain, const profile::Layer& flags) {
  const facts::Facts facts = TRY(host::probe());
  const Change change = TRY(change_of(flags, facts.user.home));
  if (!domain.empty()) {
    if (change.open_files) return failure(ErrorKind::kUsage, _("--nofile is for instances, not for a domain"));
    TRY(host::ask_limits(compose::slice_of(domain), change.limits));
    return kSucceeded;
  }
  int status = kSucceeded;
  for (const host::Running& instance : TRY(find_targets(facts, targets))) {
    if (auto changed = apply(change, instance); !changed) {
      print_error(changed.error());
      status = kFailed;
    }
  }
  return status;
}

}  // namespace hutch::app
