#include <algorithm>

#include "app/print.h"
#include "app/resolve.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/amend.h"
#include "core/profile/explain.h"
#include "core/profile/merge.h"
#include "core/profile/vocabulary.h"
#include "host/instances.h"
#include "host/overrides.h"
#include "host/probe.h"
#include "host/profile_files.h"
#include "host/profiles.h"
#include "os/file.h"

namespace hutch::app {
namespace {

using Amend = void (*)(profile::Layer& layer, const profile::Layer& asked);

// Takes the lock, so that of two changes at once neither is lost.
Status change(const facts::Facts& facts, const HostPath& file, Amend amend, const profile::Layer& asked) {
  const os::Fd lock = TRY(host::lock_overrides(facts));
  profile::Layer layer = TRY(host::read_override(file));
  amend(layer, asked);
  return host::write_override(file, layer);
}

std::string name_of(const ProfileName& name, const BoxName& box) {
  return box.empty() ? name.str() : name.str() + "@" + box.str();
}

// What a grant came to: in force, or overruled by whom.
std::string outcome_of(const profile::Grant& asked, const profile::Profile& profile) {
  const auto is_it = [&](const profile::Grant& grant) {
    return grant.kind == asked.kind && grant.name == asked.name && grant.access == asked.access;
  };
  const std::string flag = text::printable(profile::spell(asked));
  for (const profile::Superseded& lost : profile.superseded) {
    if (!is_it(lost.grant) || lost.grant.rank != profile::Rank::kOverride) continue;
    return text::format(_("%s has no effect: overruled [%s]\n"), flag.c_str(), describe(lost.by).c_str());
  }
  const profile::Sentence sentence = profile::sentence_of(asked);
  std::string text = flag + ": " + sentence.text + "\n";
  if (!sentence.risk.empty()) text += text::format(_("  risk: %s\n"), sentence.risk.c_str());
  return text;
}

// What is still there of what was taken: a lock holds it, or a wider grant that has no parts.
std::string remainder_of(const profile::Revoke& revoke, const profile::Profile& profile) {
  for (const profile::Grant& grant : profile.grants) {
    if (grant.kind != revoke.kind || grant.name != revoke.name || !grant.locked) continue;
    return text::format(_("%s stays: it is locked [%s]\n"), text::printable(profile::spell(grant)).c_str(),
                        describe(grant.origin).c_str());
  }
  return text::format(_("'%s' is taken back\n"), text::printable(revoke.name).c_str());
}

Status report_change(const facts::Facts& facts, const host::Resolved& resolved, const BoxName& box,
                     const profile::Layer& change) {
  const ProfileName& name = resolved.profile;
  const auto layers = TRY(host::load_layers(facts, resolved, box));
  profile::Request request;
  request.box = box;
  const profile::Profile profile = TRY(profile::merge(name, layers, request));
  for (const profile::Grant& grant : change.grants) print_text(outcome_of(grant, profile));
  for (const profile::Revoke& revoke : change.revokes) print_text(remainder_of(revoke, profile));
  for (const std::string& warning : profile.warnings) print_note(warning);
  const auto running = host::list_instances(facts);
  if (!running) return {};
  for (const host::Running& instance : *running) {
    if (instance.record.profile != name) continue;
    print_note(
        text::format(_("'%s' is running and keeps what it has until it is started again"), instance.record.id.c_str()));
  }
  return {};
}

Result<int> amend(const profile::Request& request, Amend how) {
  if (request.flags.grants.empty() && request.flags.revokes.empty()) {
    return failure(ErrorKind::kUsage, _("nothing to change: name what is granted"),
                   _("for example --filesystem=xdg-documents:ro or --socket=x11"));
  }
  const facts::Facts facts = TRY(host::probe());
  const host::Resolved resolved = TRY(profile_of(facts, request));
  const ProfileName& name = resolved.profile;
  TRY(change(facts, host::override_file(facts, name, request.box), how, request.flags));
  profile::Layer outcome;
  outcome.rank = profile::Rank::kOverride;
  how(outcome, request.flags);
  TRY(report_change(facts, resolved, request.box, outcome));
  return kSucceeded;
}

}  // namespace

Result<int> grant(const profile::Request& request) {
  return amend(request, profile::give);
}

Result<int> revoke(const profile::Request& request) {
  return amend(request, profile::take);
}

Result<int> reset(const profile::Request& request) {
  const facts::Facts facts = TRY(host::probe());
  const ProfileName name = TRY(profile_of(facts, request)).profile;
  const HostPath file = host::override_file(facts, name, request.box);
  const os::Fd lock = TRY(host::lock_overrides(facts));
  const bool was_there = os::exists(file);
  TRY(os::remove_tree(file));
  const std::string shown = name_of(name, request.box);
  print_text(was_there ? text::format(_("'%s' has what its profile says again; its data stays\n"), shown.c_str())
                       : text::format(_("'%s' had nothing of its own\n"), shown.c_str()));
  return kSucceeded;
}

}  // namespace hutch::app
