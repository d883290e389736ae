#include "app/prepare.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "app/boxes.h"
#include "app/file_arguments.h"
#include "app/hold.h"
#include "app/print.h"
#include "app/resolve.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/compose.h"
#include "core/plan/check.h"
#include "core/profile/merge.h"
#include "host/activation.h"
#include "host/app_images.h"
#include "host/cgroup.h"
#include "host/gather.h"
#include "host/instances.h"
#include "host/probe.h"
#include "host/profiles.h"
#include "host/program_file.h"
#include "host/queries.h"

namespace hutch::app {
namespace {

// Errors about the program itself keep their kind, since it becomes the exit status; those of a profile lose it.
template <class T>
Result<T> not_the_program(Result<T> result) {
  if (!result && (result.error().kind == ErrorKind::kNotFound || result.error().kind == ErrorKind::kNotRunnable)) {
    result.error().kind = ErrorKind::kInvalid;
  }
  return result;
}

// Instances go by profile names too, so no instance may be called like a profile.
Status refuse_profile_name(const facts::Facts& facts, const InstanceId& id) {
  for (const host::Listed& listed : TRY(host::list_profiles(facts))) {
    if (listed.id.str() == id.str()) {
      return failure(ErrorKind::kInvalid, text::format(_("'%s' is the name of a profile"), id.c_str()),
                     _("choose another --instance id"));
    }
  }
  return {};
}

Result<InstanceId> instance_id(const facts::Facts& facts, const profile::Request& request, const ProfileName& profile,
                               Purpose purpose) {
  if (request.instance) {
    TRY(refuse_profile_name(facts, *request.instance));
    return *request.instance;
  }
  InstanceId id = TRY(host::choose_instance_id(facts, profile));
  if (purpose == Purpose::kRun) return id;
  constexpr std::size_t kRandom = 5;
  return InstanceId::parse(id.str().substr(0, id.str().size() - kRandom) + "xxxxx");
}

// The service this process is the main program of, and how the app reaches its manager.
Status join_unit(compose::Launch& launch) {
  const auto group = host::cgroup_of(::getpid());
  if (!group || !group->name().ends_with(".service")) {
    return failure(ErrorKind::kUnavailable, _("--in-unit is for services of the user manager"),
                   _("'hutch unit' writes one"));
  }
  launch.unit = group->name();
  const char* const socket = std::getenv("NOTIFY_SOCKET");
  const char* const watchdog = std::getenv("WATCHDOG_USEC");
  if (socket != nullptr && *socket == '/') launch.notify_socket = TRY(HostPath::parse(socket));
  if (watchdog != nullptr) launch.watchdog = watchdog;
  launch.sockets = TRY(host::take_sockets());
  const char* const names = std::getenv("LISTEN_FDNAMES");
  if (!launch.sockets.empty() && names != nullptr) launch.socket_names = names;
  return {};
}

// An AppImage is not executed: it needs what is in it, unpacked at its first start.
Status find_app_image(const facts::Facts& facts, Purpose purpose, compose::Launch& launch, Prepared& prepared) {
  if (!host::is_appimage(launch.program)) return {};
  auto found = TRY(host::find_unpacked(facts, launch.program));
  if (!found && purpose == Purpose::kRun) {
    print_note(text::format(_("unpacking '%s', once"), text::printable(launch.program.str()).c_str()));
    TRY(host::ask_unpacking(launch.program));
    found = TRY(host::find_unpacked(facts, launch.program));
    if (!found) return failure(ErrorKind::kUnavailable, _("what was unpacked is gone again"));
  }
  if (!found) {
    prepared.profile.warnings.emplace_back(_("at its first start the AppImage is unpacked, and its AppRun is started"));
    return {};
  }
  launch.unpacked = found->root;
  prepared.unpacked = std::move(found->lock);
  return {};
}

}  // namespace

Result<Prepared> prepare(facts::Facts probed, const RunRequest& asked, Purpose purpose) {
  Prepared prepared{.facts = std::move(probed), .profile = {}, .plan = {}, .unpacked = {}, .note = {}};
  facts::Facts& facts = prepared.facts;
  profile::Request request = asked.request;
  const HostPath directory = TRY(not_the_program(working_directory(request)));
  host::Resolved resolved = TRY(resolve(facts, request));
  prepared.note = resolved.note;
  const auto layers = TRY(not_the_program(host::load_layers(facts, resolved, request.box)));
  prepared.profile = TRY(not_the_program(profile::merge(resolved.profile, layers, request)));
  const auto remember = purpose == Purpose::kRun ? host::Remember::kYes : host::Remember::kNo;
  if (!resolved.derived) TRY(not_the_program(hold_update(facts, layers, prepared.profile, remember)));
  if (purpose == Purpose::kRun && !request.disposable && !asked.json) {
    TRY(not_the_program(offer_adoption(facts, prepared.profile)));
  }
  request.files = TRY(not_the_program(file_arguments(request, asked.bind_arguments, prepared.profile, directory)));
  compose::Launch launch{.instance = TRY(not_the_program(instance_id(facts, request, resolved.profile, purpose))),
                         .program = std::move(resolved.program),
                         .arguments = std::move(resolved.arguments),
                         .directory = directory};
  if (asked.in_unit) TRY(join_unit(launch));
  TRY(not_the_program(find_app_image(facts, purpose, launch, prepared)));
  host::gather(facts, prepared.profile, request, launch);
  prepared.plan = TRY(not_the_program(compose::compose(prepared.profile, facts, request, launch)));
  TRY(not_the_program(plan::check(prepared.plan)));
  return prepared;
}

}  // namespace hutch::app
