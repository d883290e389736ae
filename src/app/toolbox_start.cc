#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "app/launch.h"
#include "app/print.h"
#include "app/start.h"
#include "app/toolbox.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/compose.h"
#include "core/plan/check.h"
#include "core/profile/merge.h"
#include "host/gather.h"
#include "host/launcher.h"
#include "host/overrides.h"
#include "host/probe.h"
#include "host/profiles.h"
#include "host/queries.h"
#include "os/file.h"

namespace hutch::app {
namespace {

constexpr std::size_t kMessageLimit = 64u << 10;

Result<profile::Profile> permissions_of(const facts::Facts& facts, const host::Toolbox& toolbox) {
  std::vector<profile::Layer> layers = TRY(host::load_layers(facts, toolbox.declared.profile, BoxName()));
  if (os::exists(toolbox.permissions())) {
    layers.push_back(TRY(host::read_layer(toolbox.permissions(), profile::Rank::kOverride)));
  }
  profile::Request request;
  request.box = toolbox.name;
  return profile::merge(toolbox.declared.profile, layers, request);
}

// In the child: standard output and input belong to the terminal that others keep; what goes wrong is kept.
Status detach(int messages) {
  const os::Fd nothing = TRY(os::open_path(HostPath::literal("/dev/null"), O_RDWR));
  const bool is_done = ::setsid() >= 0 && ::dup2(nothing.get(), STDIN_FILENO) >= 0 &&
                       ::dup2(nothing.get(), STDOUT_FILENO) >= 0 && ::dup2(messages, STDERR_FILENO) >= 0;
  if (is_done) return {};
  return unexpected(system_error(errno, _("cannot leave the terminal")));
}

Error become_toolbox(facts::Facts& facts, const host::Toolbox& toolbox, host::Instance instance) {
  const auto run = [&]() -> Status {
    auto coordination = TRY(host::start_coordinator_ahead());
    plan::Plan plan = TRY(plan_toolbox(facts, toolbox));
    wake_document_portal(facts, plan);
    TRY(record_run(facts, instance, plan));
    return unexpected(host::become_supervisor(facts, plan, std::move(instance), std::move(coordination)));
  };
  auto outcome = run();
  host::discard_instance(instance);
  return std::move(outcome).error();
}

}  // namespace

Result<plan::Plan> plan_toolbox(facts::Facts& facts, const host::Toolbox& toolbox) {
  const profile::Profile profile = TRY(permissions_of(facts, toolbox));
  const toolbox::Toolbox& declared = toolbox.declared;
  profile::Request request;
  request.box = toolbox.name;
  const bool is_as_made = TRY(host::has_own_id_only(facts, toolbox.stack)) == declared.has_own_id_only;
  if (!is_as_made) {
    return failure(ErrorKind::kConflict,
                   text::format(_("the image of toolbox '%s' was unpacked again, for other ids"), toolbox.name.c_str()),
                   _("make a new toolbox of it; the home of this one stays"));
  }
  compose::Launch launch{.instance = declared.id, .program = {}, .arguments = {}, .directory = facts.user.home};
  launch.system = compose::System{
      .name = toolbox.name.str(),
      .root = host::root_of(facts, toolbox.stack),
      .home = toolbox.home(),
      .has_own_id_only = declared.has_own_id_only,
      .guest = TRY(host::find_program("hutch-guest")),
      .hostname = declared.hostname.empty() ? toolbox::host_name_of(toolbox.name.str()) : declared.hostname,
      .shell = declared.shell,
      .has_init = declared.has_init,
      .environment = declared.environment};
  host::gather(facts, profile, request, launch);
  return compose::compose(profile, facts, request, launch);
}

Result<StartingToolbox> StartingToolbox::start(facts::Facts& facts, const host::Toolbox& toolbox) {
  StartingToolbox starting;
  auto instance = host::create_instance(facts, toolbox.declared.id);
  if (!instance && instance.error().kind == ErrorKind::kConflict) return starting;  // somebody else was quicker
  if (!instance) return unexpected(std::move(instance).error());
  const auto fork_child = [&]() -> Status {
    instance->data = TRY(host::lock_toolbox(toolbox));
    starting.messages_ = TRY(os::open_path(instance->directory / "messages", O_RDWR | O_CREAT | O_EXCL, 0600));
    const pid_t child = ::fork();
    if (child < 0) return unexpected(system_error(errno, _("cannot start a process")));
    if (child > 0) return {};  // it outlives us; nobody waits for it
    Status detached = detach(starting.messages_.get());
    print_error(detached ? become_toolbox(facts, toolbox, std::move(*instance)) : detached.error());
    ::_exit(kNotStarted);
  };
  if (auto forked = fork_child(); !forked) {
    host::discard_instance(*instance);
    return unexpected(std::move(forked).error());
  }
  return starting;
}

std::string StartingToolbox::messages() const {
  if (!messages_ || ::lseek(messages_.get(), 0, SEEK_SET) != 0) return {};
  auto text = os::read_all(messages_.get(), kMessageLimit);
  return text ? std::move(*text) : std::string();
}

Result<std::optional<host::Running>> running_toolbox(const facts::Facts& facts, const host::Toolbox& toolbox) {
  for (host::Running& running : TRY(host::list_instances(facts))) {
    if (running.record.id == toolbox.declared.id) return std::optional(std::move(running));
  }
  return std::optional<host::Running>();
}

Status stop_toolbox(const facts::Facts& facts, const host::Toolbox& toolbox, std::chrono::milliseconds timeout) {
  const std::optional<host::Running> running = TRY(running_toolbox(facts, toolbox));
  if (!running) return {};
  (void)host::signal_instance(*running, SIGTERM, false);  // one that cannot hear is ended below
  if (TRY(host::wait_for_end(*running, timeout))) return {};
  return host::signal_instance(*running, SIGKILL, true);
}

}  // namespace hutch::app
