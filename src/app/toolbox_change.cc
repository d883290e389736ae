#include <time.h>

#include <algorithm>

#include "app/print.h"
#include "app/start.h"
#include "app/toolbox.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/profile/amend.h"
#include "host/overrides.h"
#include "host/probe.h"

namespace hutch::app {
namespace {

std::int64_t now() {
  return static_cast<std::int64_t>(::time(nullptr));
}

Status remove(const facts::Facts& facts, const std::string& name, bool force) {
  const host::Toolbox toolbox = TRY(host::read_toolbox(facts, name));
  constexpr std::chrono::milliseconds kPatience(2000);
  if (force) TRY(stop_toolbox(facts, toolbox, kPatience));
  {
    const os::Fd lock = TRY(host::lock_toolbox(toolbox));
    TRY(take_back_exports(facts, toolbox));  // not of one that stays
    TRY(host::forget_toolbox(facts, toolbox));
  }
  return release_image(toolbox.declared.manifest, toolbox.user());
}

Status change_permissions(const host::Toolbox& toolbox, const profile::Layer& asked) {
  if (asked.grants.empty() && asked.revokes.empty()) return {};
  profile::Layer layer = TRY(host::read_override(toolbox.permissions()));
  profile::give(layer, asked);
  return host::write_override(toolbox.permissions(), layer);
}

}  // namespace

Status change_stack(const facts::Facts& facts, host::Toolbox& toolbox,
                    const std::function<Status(toolbox::Stack& stack)>& change) {
  const os::Fd lock = TRY(host::lock_toolbox(toolbox));
  const os::Fd store = TRY(host::hold_store(facts));
  toolbox = TRY(host::read_toolbox(facts, toolbox.name.str()));  // nobody changes it now
  TRY(change(toolbox.stack));
  return host::write_stack(toolbox);
}

Result<int> remove_toolboxes(const std::vector<std::string>& names, bool force) {
  const facts::Facts facts = TRY(host::probe());
  int status = kSucceeded;
  for (const std::string& name : names) {
    if (auto removed = remove(facts, name, force); !removed) {
      print_error(removed.error());
      status = kFailed;
    }
  }
  TRY(sweep_store());
  return status;
}

Result<int> rename_toolbox(const std::string& name, const std::string& other) {
  const facts::Facts facts = TRY(host::probe());
  const host::Toolbox toolbox = TRY(host::read_toolbox(facts, name));
  const BoxName chosen = TRY(BoxName::parse(other));
  TRY(host::rename_toolbox(facts, toolbox, chosen));
  return kSucceeded;
}

Result<int> stop_toolboxes(const std::vector<std::string>& names, std::optional<std::chrono::milliseconds> timeout) {
  constexpr std::chrono::milliseconds kUsual(5000);
  constexpr std::chrono::milliseconds kOfInit(90'000);  // DefaultTimeoutStopSec= of systemd-system.conf(5)
  const facts::Facts facts = TRY(host::probe());
  for (const std::string& name : names) {
    const host::Toolbox toolbox = TRY(host::read_toolbox(facts, name));
    TRY(stop_toolbox(facts, toolbox, timeout.value_or(toolbox.declared.has_init ? kOfInit : kUsual)));
  }
  return kSucceeded;
}

Result<int> set_toolbox(const SetOptions& options) {
  const facts::Facts facts = TRY(host::probe());
  host::Toolbox toolbox = TRY(find_toolbox(facts, options.name));
  const bool runs = TRY(running_toolbox(facts, toolbox)).has_value();
  TRY(change_permissions(toolbox, options.permissions));
  toolbox::Toolbox& declared = toolbox.declared;
  const toolbox::Toolbox before = declared;
  if (options.profile) declared.profile = TRY(ProfileName::parse(*options.profile));
  if (options.hostname) declared.hostname = *options.hostname;
  if (options.shell) declared.shell = *options.shell;
  if (options.has_init) declared.has_init = *options.has_init;
  if (declared != before) TRY(host::write_declaration(toolbox));
  if (runs)
    print_note(text::format(_("toolbox '%s' is running: this counts from its next start on"), toolbox.name.c_str()));
  return kSucceeded;
}

Result<int> snapshot_toolbox(const std::string& name, const std::string& snapshot) {
  const facts::Facts facts = TRY(host::probe());
  host::Toolbox toolbox = TRY(find_toolbox(facts, name));
  const std::int64_t when = now();
  const std::string called = snapshot.empty() ? text::format("%lld", static_cast<long long>(when)) : snapshot;
  const auto take = [&](toolbox::Stack& stack) -> Status {
    const std::string upper = TRY(host::make_upper(facts));
    return toolbox::take_snapshot(stack, called, when, upper);
  };
  TRY(change_stack(facts, toolbox, take));
  print_note(text::format(_("snapshot '%s'; back to it: hutch toolbox rollback %s %s"), called.c_str(),
                          toolbox.name.c_str(), called.c_str()));
  return kSucceeded;
}

Result<int> roll_back_toolbox(const std::string& name, const std::string& snapshot) {
  const facts::Facts facts = TRY(host::probe());
  host::Toolbox toolbox = TRY(find_toolbox(facts, name));
  const auto go_back = [&](toolbox::Stack& stack) -> Status {
    if (stack.snapshots.empty()) return failure(ErrorKind::kInvalid, _("the toolbox has no snapshots"));
    const std::string wanted = snapshot.empty() ? stack.snapshots.back().name : snapshot;
    const std::string upper = TRY(host::make_upper(facts));
    return toolbox::roll_back(stack, wanted, now(), upper);
  };
  TRY(change_stack(facts, toolbox, go_back));
  print_note(text::format(_("what was there before comes back with: hutch toolbox undo %s"), toolbox.name.c_str()));
  return kSucceeded;
}

Result<int> undo_toolbox(const std::string& name) {
  const facts::Facts facts = TRY(host::probe());
  host::Toolbox toolbox = TRY(find_toolbox(facts, name));
  TRY(change_stack(facts, toolbox, [&](toolbox::Stack& stack) { return toolbox::undo(stack, now()); }));
  return kSucceeded;
}

}  // namespace hutch::app
