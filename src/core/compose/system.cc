#include "core/compose/system.h"

#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/base.h"
#include "core/compose/etc.h"
#include "core/compose/store_worker.h"
#include "core/desktop/host_file.h"
#include "core/guest/settings.h"
#include "core/toolbox/toolbox.h"

namespace hutch::compose {
namespace {

constexpr std::uint64_t kRunSize = 256ULL << 20;   // /run: sockets, locks, and the odd cache
constexpr std::uint64_t kLockSize = 5ULL << 20;    // /run/lock of an init
constexpr std::uint64_t kSystemFilesSize = 65536;  // /sys: mount points
constexpr std::uint64_t kSystemFilesInodes = 4096;

BoxPath box(const char* path) {
  return BoxPath::literal(path);
}

BoxPath guest_place(const char* name) {
  return box(toolbox::kGuestDirectory) / name;
}

guest::Settings settings(const Scene& scene) {
  const facts::User& user = scene.facts.user;
  const System& system = *scene.launch.system;
  guest::Settings settings;
  settings.user = user.name;
  settings.uid = user.uid;
  settings.gid = user.gid;
  settings.group = user.group;
  settings.home = scene.place.home.str();
  settings.full_name = user.full_name;
  settings.shell = system.shell.empty() ? user.shell.str() : system.shell;
  settings.hostname = system.hostname;
  settings.timezone = scene.facts.timezone.value_or("");
  settings.machine_id = machine_id(scene);
  settings.is_single_uid = system.has_own_id_only;
  return settings;
}

plan::Proc proc(const Scene& scene) {
  return {.target = box("/proc"), .masked = !scene.profile.has(profile::Kind::kFeature, "nested-sandbox")};
}

std::string hosts(const System& system) {
  return text::format("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 %s\n",
                      system.hostname.c_str());
}

}  // namespace

Result<std::vector<plan::Step>> system_base(const Scene& scene, const network::NetworkPlan& network) {
  const System& system = *scene.launch.system;
  if (!system.has_own_id_only && has_own_id_only(scene.facts)) {
    return failure(
        ErrorKind::kUnavailable, _("this toolbox's files belong to subordinate ids, and you have none"),
        text::format(_("sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 %s; and install "
                       "newuidmap (package uidmap)"),
                     text::printable(scene.facts.user.name).c_str()));
  }
  std::vector<plan::Step> steps;
  const auto place = [&](auto step) { steps.emplace_back(std::move(step)); };
  const auto file = [&](const char* name, std::string content) {
    place(plan::File{.target = guest_place(name), .content = std::move(content), .mode = 0444});
  };
  if (!system.has_init) place(proc(scene));
  place(plan::Dev{.target = box("/dev"), .shm_size = kSharedMemorySize});
  place(plan::Tmpfs{.target = box("/sys"),
                    .size = kSystemFilesSize,
                    .inodes = kSystemFilesInodes,
                    .mode = 0755,
                    .executable = false});
  place(plan::Tmpfs{.target = box("/run"), .size = kRunSize, .inodes = kInodes, .mode = 0755, .set_user_id = true});
  if (system.has_init) {  // systemd mounts one where there is none (Debian), and may not
    place(plan::Tmpfs{
        .target = box("/run/lock"), .size = kLockSize, .inodes = kInodes, .mode = 01777, .executable = false});
  }
  place(plan::Tmpfs{.target = box("/tmp"), .size = kTemporarySize, .inodes = kInodes, .mode = 01777});
  place(plan::Tmpfs{
      .target = scene.place.runtime, .size = kRuntimeSize, .inodes = kInodes, .mode = 0700, .executable = false});
  // systemd's container interface: what runs us.
  place(plan::File{.target = box("/run/host/container-manager"), .content = "hutch\n", .mode = 0444});
  file("setup", guest::format_settings(settings(scene)));
  file("hosts", hosts(system));
  file("resolv.conf", network.resolv_conf);

  auto guest = desktop::bind_of(scene.facts, system.guest, guest_place("hutch-guest"), plan::BindAccess::kReadOnly);
  if (!guest)
    return failure(ErrorKind::kUnavailable, _("hutch is not installed completely: there is no 'hutch-guest'"));
  place(std::move(*guest));
  const facts::PathFact* const home = scene.facts.find(system.home);
  if (home == nullptr || home->type != FileType::kDirectory) {
    return failure(ErrorKind::kNotFound,
                   text::format(_("the toolbox has lost its home '%s'"), text::printable(system.home.str()).c_str()));
  }
  place(plan::Bind{.source = home->real,
                   .target = scene.place.home,
                   .type = FileType::kDirectory,
                   .access = plan::BindAccess::kReadWrite,
                   .identity = home->identity});
  return steps;
}

std::vector<HostPath> paths_of_system(const Scene& scene) {
  return {scene.launch.system->guest, scene.launch.system->home, scene.facts.user.home};
}

plan::Command make_ready(const System& system) {
  return {.program = guest_place("hutch-guest").str(),
          .arguments = {"hutch-guest", system.has_init ? "boot" : "setup"},
          .directory = BoxPath()};
}

std::vector<plan::Step> late_system_steps(const Scene& scene) {
  if (!scene.launch.system->has_init) return {};
  return {proc(scene), plan::ControlGroups{.target = box("/sys/fs/cgroup")}};
}

std::vector<std::string> system_environment(const System& system) {
  std::vector<std::string> entries = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"};
  entries.insert(entries.end(), system.environment.begin(), system.environment.end());
  entries.push_back("HUTCH_TOOLBOX=" + system.name);
  return entries;
}

}  // namespace hutch::compose
