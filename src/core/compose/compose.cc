#include "core/compose/compose.h"
#include "core/compose/app_image.h"

#include <algorithm>

#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/base.h"
#include "core/compose/command.h"
#include "core/compose/environment.h"
#include "core/compose/etc.h"
#include "core/compose/file_rules.h"
#include "core/compose/files.h"
#include "core/compose/home.h"
#include "core/compose/limits.h"
#include "core/compose/links.h"
#include "core/compose/order.h"
#include "core/compose/scene.h"
#include "core/compose/service.h"
#include "core/compose/store_worker.h"
#include "core/compose/system.h"
#include "core/compose/warnings.h"
#include "core/desktop/device_files.h"
#include "core/landlock/rules.h"
#include "core/network/mode.h"
#include "core/plan/check.h"
#include "core/portal/bus_rules.h"
#include "core/portal/identity.h"
#include "core/profile/vocabulary.h"
#include "core/seccomp/policy.h"

namespace hutch::compose {
namespace {

using facts::Facts;
using profile::Kind;
using profile::Profile;

Scene scene_of(const Profile& profile, const Facts& facts, const profile::Request& request, const Launch& launch) {
  const HostPath& runtime = facts.directories.runtime;
  return Scene{.profile = profile,
               .facts = facts,
               .request = request,
               .launch = launch,
               .place = {.runtime = same_in_box(runtime),
                         .home = same_in_box(facts.user.home),
                         .instance_directory = runtime / "hutch" / launch.instance.str()},
               .display = desktop::display_of(profile, facts)};
}

Status check_runtime(const Facts& facts) {
  const HostPath& runtime = facts.directories.runtime;
  const facts::PathFact* const fact = facts.find(runtime);
  if (fact != nullptr && fact->type == FileType::kDirectory && fact->owner == facts.user.uid) return {};
  return failure(ErrorKind::kUnavailable,
                 text::format(_("the runtime directory '%s' does not exist or is not yours"),
                              text::printable(runtime.str()).c_str()),
                 _("log in with a session (pam_systemd), or set XDG_RUNTIME_DIR to a private directory of yours"));
}

void append(desktop::Part& to, desktop::Part from) {
  const auto move_all = [](auto& target, auto& source) {
    std::move(source.begin(), source.end(), std::back_inserter(target));
  };
  move_all(to.steps, from.steps);
  move_all(to.late_steps, from.late_steps);
  move_all(to.environment, from.environment);
  move_all(to.helpers, from.helpers);
  move_all(to.weakenings, from.weakenings);
  move_all(to.warnings, from.warnings);
}

Result<desktop::Part> desktop_part(const Scene& scene) {
  desktop::Part all;
  for (const auto part :
       {desktop::wayland, desktop::x11, desktop::audio, desktop::devices, desktop::look, desktop::agents}) {
    append(all, TRY(part(scene.profile, scene.facts, scene.place)));
  }
  return all;
}

// Where a bus is inside, and the variable that says so.
struct BusPlace {
  BoxPath path;
  const char* variable;
};

BusPlace place_of(plan::Bus bus, const BoxPath& runtime) {
  switch (bus) {
    case plan::Bus::kSession:
      return {runtime / "bus", "DBUS_SESSION_BUS_ADDRESS"};
    case plan::Bus::kSystem:
      return {BoxPath::literal("/run/dbus/system_bus_socket"), "DBUS_SYSTEM_BUS_ADDRESS"};
    case plan::Bus::kAccessibility:
      return {runtime / "at-spi/bus", "AT_SPI_BUS_ADDRESS"};
  }
  return {};
}

struct Buses {
  desktop::Part part;
  std::optional<plan::PortalIdentity> identity;
  bool has_documents = false;
};

void add_documents(const Scene& scene, const plan::PortalIdentity& identity, Buses& buses) {
  const HostPath documents = scene.facts.directories.runtime / "doc";
  buses.has_documents = true;
  buses.part.late_steps.emplace_back(plan::Bind{.source = documents / "by-app" / identity.app.str(),
                                                .target = scene.place.runtime / "doc",
                                                .type = FileType::kDirectory,
                                                .access = plan::BindAccess::kReadWrite,
                                                .executable = false});
}

// The file at the root makes toolkits use portals (GTK, Qt, GLib, Firefox); Steam's runtime takes it for Flatpak.
void add_portal_marks(const Scene& scene, const plan::PortalIdentity& identity, Buses& buses) {
  // A toolbox's root is its own to keep: nothing of a run is left in it.
  if (scene.profile.has(Kind::kFeature, "nested-sandbox") || scene.launch.system) return;
  buses.part.steps.emplace_back(
      plan::File{.target = BoxPath::literal("/.flatpak-info"), .content = identity.info, .mode = 0444});
  buses.part.steps.emplace_back(
      plan::Symlink{.target = scene.place.runtime / "flatpak-info", .points_to = "/.flatpak-info"});
}

Result<Buses> buses(const Scene& scene) {
  Buses buses;
  // Named even when there is none: libraries would else look elsewhere or start a bus.
  const BusPlace session = place_of(plan::Bus::kSession, scene.place.runtime);
  buses.part.environment.push_back(std::string(session.variable) + "=unix:path=" + session.path.str());
  plan::PortalIdentity identity = portal::identity_for(scene.profile, scene.facts, scene.launch.instance);
  auto proxy = TRY(portal::bus_proxy_for(scene.profile, scene.facts, scene.place.instance_directory, identity));
  if (!proxy) return buses;
  bool has_session = false;
  for (const plan::ProxiedBus& bus : proxy->buses) {
    const BusPlace place = place_of(bus.bus, scene.place.runtime);
    has_session = has_session || bus.bus == plan::Bus::kSession;
    buses.part.late_steps.emplace_back(
        plan::Bind{.source = bus.socket, .target = place.path, .type = FileType::kSocket});
    buses.part.environment.push_back(std::string(place.variable) + "=unix:path=" + place.path.str());
  }
  buses.part.helpers.emplace_back(std::move(*proxy));
  const bool has_portals = has_session && !scene.profile.all(Kind::kPortal).empty();
  if (has_portals) add_portal_marks(scene, identity, buses);
  if (has_portals && scene.facts.desktop.has_document_portal) add_documents(scene, identity, buses);
  buses.identity = std::move(identity);
  return buses;
}

plan::Namespaces namespaces(const Scene& scene, const network::NetworkPlan& network) {
  plan::Namespaces namespaces;
  namespaces.network = network.own_namespace;
  namespaces.ipc = !scene.profile.has(Kind::kShare, "ipc");
  namespaces.uid = scene.facts.user.uid;
  namespaces.gid = scene.facts.user.gid;
  if (scene.launch.system) {
    namespaces.hostname = scene.launch.system->hostname;
    namespaces.maps_to_root = scene.launch.system->has_own_id_only;
    if (namespaces.maps_to_root) return namespaces;
    namespaces.uid_ranges = keep_id_ranges(scene.facts.user.uid, scene.facts.subordinate_uids);
    namespaces.gid_ranges = keep_id_ranges(scene.facts.user.gid, scene.facts.subordinate_gids);
    return namespaces;
  }
  constexpr std::size_t kHostNameLimit = 64;  // __NEW_UTS_LEN, linux/utsname.h
  const std::string& host = scene.facts.host_name;
  // X cookies are found by the host's name: Xsecurity(7).
  if (scene.display.x11 && !host.empty() && host.size() <= kHostNameLimit) namespaces.hostname = host;
  return namespaces;
}

Status set_bounds(const Scene& scene, plan::Plan& plan) {
  Bounds bounds = TRY(compose::bounds(scene));
  plan.sandbox.oom_score_adjust = bounds.oom_score;
  plan.sandbox.watch = bounds.watch;
  if (!scene.launch.unit.empty()) {
    plan.scope = own_service(scene, bounds);
  } else if (scene.facts.desktop.has_user_manager) {
    plan.scope = TRY(scope(scene, bounds));
  }
  // Root of a system has many ids, and RLIMIT_NPROC counts for each.
  const bool counts_ids = scene.launch.system && plan.scope && !plan.scope->limits.tasks;
  if (counts_ids) plan.scope->limits.tasks = kSystemTasks;
  plan.sandbox.resource_limits = std::move(bounds.resources);
  plan.sandbox.namespace_limits = std::move(bounds.namespaces);
  const bool needs_scope = !bounds.scope.empty() || !bounds.domain.empty() || bounds.watch.idle_limit != 0;
  if (plan.scope || !needs_scope) return {};
  return failure(
      ErrorKind::kUnavailable,
      text::format(_("'%s' has limits, and no systemd user manager answers to enforce them"), scene.profile.id.c_str()),
      _("start a user manager (loginctl enable-linger), or run in a login session"));
}

// A filter cannot tell places apart, and package managers need these bits.
void add_sharing_warning(plan::Plan& plan) {
  plan.warnings.emplace_back(
      _("programs in a toolbox can make set-user-ID files of yours where they may write: keep other users of this "
        "computer out of what you share"));
}

Status refuse_warnings(const Scene& scene, const plan::Plan& plan) {
  if (!scene.request.strict || plan.warnings.empty()) return {};
  return failure(ErrorKind::kDenied, text::format("--strict: %s", text::join(plan.warnings, "; ").c_str()),
                 _("'hutch doctor' tells what this host can do"));
}

Error no_scope_for_init() {
  return Error{.kind = ErrorKind::kUnavailable,
               .code = 0,
               .message = _("the toolbox runs an init, and no systemd user manager answers to give it cgroups"),
               .context = {},
               .hint = _("start a user manager (loginctl enable-linger), or: hutch toolbox set --no-init")};
}

// Steps up to the barrier, behind it, and the seals over what is finished.
void set_steps(plan::Plan& plan, std::vector<plan::Step> early, std::vector<plan::Step> late) {
  std::vector<plan::Step>& steps = plan.sandbox.steps;
  steps = std::move(early);
  if (plan.scope || plan.identity || !plan.helpers.empty()) steps.emplace_back(plan::AwaitHelpers{});
  std::sort(late.begin(), late.end(),
            [](const plan::Step& left, const plan::Step& right) { return target_of(left) < target_of(right); });
  const bool has_own_groups = std::any_of(late.begin(), late.end(), [](const plan::Step& step) {
    return std::holds_alternative<plan::ControlGroups>(step);
  });
  std::move(late.begin(), late.end(), std::back_inserter(steps));
  steps.emplace_back(plan::Seal{.target = BoxPath::literal("/dev")});
  if (has_own_groups) steps.emplace_back(plan::Seal{.target = BoxPath::literal("/sys")});  // udev stays away from one
  if (!plan.sandbox.system) steps.emplace_back(plan::Seal{.target = BoxPath()});
}

// What stands below everything that is granted.
struct Ground {
  std::vector<plan::Step> steps;
  std::vector<HostPath> directories;  // to be made before the start
};

Result<Ground> ground(const Scene& scene, const network::NetworkPlan& network) {
  Ground ground;
  if (scene.launch.system) {
    ground.steps = TRY(system_base(scene, network));
    return ground;
  }
  Home home = TRY(compose::home(scene));
  ground.steps = TRY(compose::base(scene));
  ground.directories = std::move(home.directories);
  const auto add = [&](std::vector<plan::Step> more) {
    std::move(more.begin(), more.end(), std::back_inserter(ground.steps));
  };
  add(etc(scene, network));
  add(std::move(home.steps));
  return ground;
}

Result<Started> what_is_started(const Scene& scene, const std::vector<plan::Step>& steps, bool has_documents) {
  if (!scene.launch.system) return started(scene, steps, has_documents);
  Started ready;
  ready.command = make_ready(*scene.launch.system);
  return ready;
}

plan::Plan empty_plan(const Scene& scene, const network::NetworkPlan& network) {
  plan::Plan plan;
  plan.profile = scene.profile.id;
  plan.box = scene.profile.box;
  plan.app = scene.profile.app;
  plan.instance = scene.launch.instance;
  plan.instance_directory = scene.place.instance_directory;
  plan.network_mode = network.mode;
  plan.sandbox.namespaces = namespaces(scene, network);
  plan.sandbox.root_size = kRootSize;
  plan.sandbox.network_rules = network.rules;
  const auto& terminals = scene.facts.is_terminal;
  const bool is_system = scene.launch.system.has_value();
  plan.sandbox.has_terminal =
      !is_system && std::any_of(std::begin(terminals), std::end(terminals), [](bool is) { return is; });
  plan.sandbox.allows_nested_userns =
      scene.profile.has(Kind::kFeature, "nested-userns") || scene.profile.has(Kind::kFeature, "nested-sandbox");
  plan.seccomp = seccomp::policy_for(scene.profile);
  if (is_system) {
    const auto ids = scene.launch.system->has_own_id_only ? seccomp::Ids::kOne : seccomp::Ids::kMany;
    plan.seccomp = seccomp::policy_for_system(scene.profile, ids);
    plan.sandbox.system = scene.launch.system->root;
    plan.sandbox.capabilities = kSystemCapabilities;
  }
  plan.sandbox.remove_at_end = {scene.place.instance_directory};
  plan.sandbox.descriptors = scene.launch.sockets;
  return plan;
}

}  // namespace

Result<plan::Plan> compose(const Profile& profile, const Facts& facts, const profile::Request& request,
                           const Launch& launch) {
  const Profile settled_profile = settled(profile, facts);
  const Scene scene = scene_of(settled_profile, facts, request, launch);
  TRY(check_runtime(facts));
  const network::NetworkPlan network = TRY(network::plan_network(scene.profile, facts));
  plan::Plan plan = empty_plan(scene, network);

  desktop::Part part = TRY(desktop_part(scene));
  Buses buses = TRY(compose::buses(scene));
  append(part, std::move(buses.part));
  append(part, service(scene));
  for (std::string& entry : app_image_environment(scene)) part.environment.push_back(std::move(entry));
  Files files = TRY(compose::files(scene));
  Ground ground = TRY(compose::ground(scene, network));
  std::vector<plan::Step> base = std::move(ground.steps);
  std::move(part.steps.begin(), part.steps.end(), std::back_inserter(base));

  const bool shares_writably = std::any_of(files.steps.begin(), files.steps.end(), [](const plan::Step& step) {
    const auto* const bind = std::get_if<plan::Bind>(&step);
    return bind != nullptr && bind->access == plan::BindAccess::kReadWrite;
  });
  std::vector<plan::Step> steps = in_order(base, files.steps, part.late_steps);
  Started started = TRY(what_is_started(scene, steps, buses.has_documents));
  std::move(started.steps.begin(), started.steps.end(), std::back_inserter(files.steps));
  steps = in_order(std::move(base), std::move(files.steps), part.late_steps);
  plan.sandbox.command = std::move(started.command);

  plan.helpers = std::move(part.helpers);
  if (network.pasta) plan.helpers.emplace_back(*network.pasta);
  if (buses.has_documents) plan.helpers.emplace_back(plan::Documents{.grants = std::move(started.documents)});
  plan.identity = std::move(buses.identity);
  if (plan.identity) plan.sandbox.remove_at_end.push_back(plan.identity->directory);
  TRY(set_bounds(scene, plan));
  if (launch.system) {
    if (launch.system->has_init && !plan.scope) return unexpected(no_scope_for_init());
    std::ranges::move(late_system_steps(scene), std::back_inserter(part.late_steps));
  }
  set_steps(plan, std::move(steps), std::move(part.late_steps));
  if (launch.system) {
    plan.sandbox.landlock.files = false;  // its files are its own; what is granted, mounts keep apart
  } else {
    plan.sandbox.landlock = landlock::rules_for(plan.sandbox.steps, scene.place.home, scene.profile);
  }
  plan.sandbox.environment = TRY(environment(scene, part.environment));

  plan.directories = std::move(ground.directories);
  std::move(files.directories.begin(), files.directories.end(), std::back_inserter(plan.directories));
  plan.weakenings = weakenings(scene);
  std::move(files.weakenings.begin(), files.weakenings.end(), std::back_inserter(plan.weakenings));
  plan.warnings = scene.profile.warnings;
  for (std::string& warning : missing_walls(scene)) plan.warnings.push_back(std::move(warning));
  if (launch.system && shares_writably) add_sharing_warning(plan);
  TRY(refuse_warnings(scene, plan));
  TRY(plan::check(plan));
  return plan;
}

std::vector<HostPath> wanted_paths(const Profile& profile, const Facts& facts, const profile::Request& request,
                                   const Launch& launch) {
  const Profile settled_profile = settled(profile, facts);
  const Scene scene = scene_of(settled_profile, facts, request, launch);
  std::vector<HostPath> paths = {facts.directories.runtime};
  const auto add = [&](const std::vector<HostPath>& more) { paths.insert(paths.end(), more.begin(), more.end()); };
  if (launch.notify_socket) paths.push_back(*launch.notify_socket);
  if (launch.system) {
    add(paths_of_system(scene));
  } else {
    add(paths_of_base(scene));
    add(paths_of_etc(scene));
    add(paths_of_home(scene));
    add(paths_of_command(request, launch));
  }
  add(paths_of_files(settled_profile, facts));
  if (!request.files.empty()) add(protected_paths(facts));
  add(desktop::wanted_paths(settled_profile, facts));
  add(portal::wanted_paths(settled_profile, facts));
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  return paths;
}

std::vector<HostPath> wanted_listings(const Profile& profile, const Facts& facts, const profile::Request&,
                                      const Launch&) {
  const Profile settled_profile = settled(profile, facts);
  std::vector<HostPath> directories = listings_of_files(settled_profile, facts);
  if (desktop::wants_all_devices(settled_profile)) directories.push_back(HostPath::literal("/dev"));
  return directories;
}

}  // namespace hutch::compose
