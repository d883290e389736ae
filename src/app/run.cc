#include <algorithm>
#include <optional>
#include <utility>

#include "app/launch.h"
#include "app/prepare.h"
#include "app/print.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/plan/witness.h"
#include "host/history.h"
#include "host/instances.h"
#include "host/launcher.h"
#include "host/probe.h"
#include "host/queries.h"
#include "os/real_directory.h"

namespace hutch::app {
namespace {

void announce(const Prepared& prepared, const RunRequest& request) {
  const plan::Plan& plan = prepared.plan;
  if (request.json) {
    const Json line = {{"instance", plan.instance.str()}, {"profile", plan.profile.str()}, {"app", plan.app.str()},
                       {"note", prepared.note},           {"weakenings", plan.weakenings}, {"warnings", plan.warnings}};
    print_note_line(format_json_line(line));
    return;
  }
  if (request.request.verbose) {
    print_note(text::format(_("profile '%s', app id '%s', instance '%s'"), plan.profile.c_str(), plan.app.c_str(),
                            plan.instance.c_str()));
  }
  if (!prepared.note.empty()) print_note(prepared.note);
  if (!plan.weakenings.empty()) {
    print_note(text::format(_("weakened by %s"), text::join(plan.weakenings, ", ").c_str()));
  }
  for (const std::string& warning : prepared.profile.warnings)
    print_note(text::format(_("warning: %s"), warning.c_str()));
  for (const std::string& warning : plan.warnings) print_note(text::format(_("warning: %s"), warning.c_str()));
}

// Files go through the document portal before the start: the plan names what the app gets to see.
Status hand_over_files(plan::Plan& plan) {
  for (const plan::Helper& helper : plan.helpers) {
    const auto* const documents = std::get_if<plan::Documents>(&helper);
    if (documents == nullptr || documents->grants.empty()) continue;
    const std::vector<std::string> paths = TRY(host::ask_documents(plan.app, documents->grants));
    std::vector<std::string>& arguments = plan.sandbox.command.arguments;
    for (std::size_t index = 0; index < paths.size(); ++index) {
      const std::size_t argument = documents->grants[index].argument;
      if (argument >= arguments.size()) return failure(ErrorKind::kSystem, _("the plan names no such argument"));
      arguments[argument] = paths[index];
    }
  }
  return {};
}

}  // namespace

Result<int> run(const RunRequest& request) {
  std::optional<host::Coordination> coordination = TRY(host::start_coordinator_ahead());
  facts::Facts facts = TRY(host::probe());
  Prepared prepared = TRY(prepare(std::move(facts), request, Purpose::kRun));
  if (request.traces) prepared.plan.sandbox.descriptors.push_back(plan::kTraceDescriptor);
  wake_document_portal(prepared.facts, prepared.plan);
  TRY(hand_over_files(prepared.plan));
  host::Instance instance = TRY(host::create_instance(prepared.facts, prepared.plan.instance));
  instance.data = std::move(prepared.unpacked);
  announce(prepared, request);
  if (auto recorded = record_run(prepared.facts, instance, prepared.plan); !recorded) {
    host::discard_instance(instance);
    return unexpected(std::move(recorded).error());
  }
  Error error = host::become_supervisor(prepared.facts, prepared.plan, std::move(instance), std::move(coordination));
  error.kind = ErrorKind::kSystem;
  return unexpected(std::move(error));
}

}  // namespace hutch::app
