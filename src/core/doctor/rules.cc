#include "core/doctor/rules.h"

#include <algorithm>
#include <array>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::doctor {
namespace {

using profile::Severity;

Observation works(std::string detail) {
  return Observation{.name = {}, .verdict = Verdict::kWorks, .detail = std::move(detail)};
}
Observation missing(std::string detail) {
  return Observation{.name = {}, .verdict = Verdict::kMissing, .detail = std::move(detail)};
}

Observation socket_at(const std::optional<HostPath>& path) {
  return path ? works(path->str()) : missing({});
}

Observation landlock(const facts::Facts& facts) {
  constexpr std::uint32_t kScopes = 6;  // abstract sockets and signals are confined from this ABI on, Linux 6.12
  if (facts.kernel.landlock_abi == 0) return missing({});
  if (facts.kernel.landlock_abi >= kScopes) return works(text::format(_("ABI %u"), facts.kernel.landlock_abi));
  return works(text::format(_("ABI %u: without scopes for signals and abstract sockets"), facts.kernel.landlock_abi));
}

Observation time_namespace(const facts::Facts& facts) {
  return facts.kernel.has_time_namespace ? works({}) : missing({});
}

Observation process_limit(const facts::Facts& facts) {
  return facts.kernel.has_nproc_per_namespace ? works({}) : missing({});
}

Observation network_rules(const facts::Facts& facts) {
  return facts.kernel.has_xfrm ? works({}) : missing({});
}

Observation subordinate_ids(const facts::Facts& facts) {
  constexpr unsigned kWanted = 65536;
  unsigned long long uids = 0;
  unsigned long long gids = 0;
  for (const IdRange& range : facts.subordinate_uids) uids += range.count;
  for (const IdRange& range : facts.subordinate_gids) gids += range.count;
  std::string detail = text::format(_("%llu uids, %llu gids"), uids, gids);
  return std::min(uids, gids) >= kWanted ? works(std::move(detail)) : missing(std::move(detail));
}

Observation bus_proxy(const facts::Facts& facts) {
  return socket_at(facts.programs.dbus_proxy);
}
Observation pasta(const facts::Facts& facts) {
  return socket_at(facts.programs.pasta);
}
Observation wayland(const facts::Facts& facts) {
  return socket_at(facts.desktop.wayland_socket);
}
Observation sound(const facts::Facts& facts) {
  return socket_at(facts.desktop.pulse_socket);
}

// Groups whose members can become root or read every disk. They stay effective inside a sandbox, since one uid mapped
// to itself cannot drop groups (user_namespaces(7)); hutch never shows their sockets and devices, but says so.
Observation groups(const facts::Facts& facts) {
  constexpr std::array kRisky = {"docker", "lxd",  "incus", "incus-admin", "libvirt", "libvirt-qemu",
                                 "disk",   "kmem", "root",  "shadow",      "podman"};
  std::vector<std::string> found;
  for (const std::string& group : facts.user.groups) {
    if (std::find(kRisky.begin(), kRisky.end(), group) != kRisky.end()) found.push_back(group);
  }
  if (found.empty()) return works(_("none that amounts to root"));
  return Observation{.name = {}, .verdict = Verdict::kBroken, .detail = text::join(found, ", ")};
}

constexpr const char* kNewProxy =
    N_("update xdg-dbus-proxy: your distribution's security updates, or the newest release");

}  // namespace

const std::vector<Rule>& rules() {
  static const std::vector<Rule> kRules = {
      {"user-namespaces", N_("User namespaces"),
       N_("every sandbox needs them: cure what the next three lines find, or leave a container that forbids them"),
       Severity::kError},
      {"userns-sysctl", N_("Kernel switch for user namespaces"),
       N_("sudo sysctl -w kernel.unprivileged_userns_clone=1 (Debian, Arch hardened); keep it in /etc/sysctl.d"),
       Severity::kError},
      {"userns-limit", N_("Number of user namespaces"),
       N_("sudo sysctl -w user.max_user_namespaces=15000 (Fedora, RHEL hardened); keep it in /etc/sysctl.d"),
       Severity::kError},
      {"userns-apparmor", N_("AppArmor and user namespaces"),
       N_("Ubuntu 23.10 and later: install hutch's AppArmor profile with 'userns,' for hutch-launch; do not turn "
          "kernel.apparmor_restrict_unprivileged_userns off"),
       Severity::kError},
      {"sandbox", N_("A sandbox starts"), N_("run the command shown with --verbose; the error names the failing wall"),
       Severity::kError},
      {"launcher", N_("Launcher is safe from this user"),
       N_("install hutch system-wide: a launcher its user can write is copied into memory at every start"),
       Severity::kNote},
      {"landlock", N_("Landlock, the second wall"),
       N_("Linux 5.13 or later with landlock in CONFIG_LSM; or add 'landlock' to the lsm= kernel argument"),
       Severity::kWarning, landlock},
      {"time-namespace", N_("Time namespaces"), N_("Linux 5.6 or later with CONFIG_TIME_NS"), Severity::kNote,
       time_namespace},
      {"process-limit", N_("Process limit per sandbox"), N_("Linux 5.14 or later"), Severity::kNote, process_limit},
      {"runtime-directory", N_("Runtime directory"),
       N_("log in through a session that sets XDG_RUNTIME_DIR, or run: sudo loginctl enable-linger $USER"),
       Severity::kError},
      {"user-manager", N_("systemd user manager"),
       N_("log in through PAM with libpam-systemd (Debian, Ubuntu) or systemd-pam (Fedora); without it no scopes and "
          "no limits"),
       Severity::kWarning},
      {"cgroup-delegation", N_("Resource limits delegated to the user"),
       N_("boot with cgroup v2; delegate more with 'Delegate=cpu io memory pids' in a drop-in of user@.service"),
       Severity::kWarning},
      {"disk-delegation", N_("Disk limits delegated to the user"),
       N_("add 'Delegate=cpu io memory pids' in a drop-in of user@.service"), Severity::kNote},
      {"subordinate-ids", N_("Subordinate ids"),
       N_("sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER; without them a toolbox "
          "has one id: owners of files are not kept, and everything in it runs as its root"),
       Severity::kNote, subordinate_ids},
      {"newuidmap", N_("newuidmap and newgidmap"),
       N_("install uidmap (Debian, Ubuntu) or shadow-utils (Fedora) or shadow (Arch); else toolboxes keep no owners"),
       Severity::kNote},
      {"session-bus", N_("Session bus"), N_("install dbus-user-session (Debian, Ubuntu), or log in to a desktop"),
       Severity::kWarning},
      {"system-bus", N_("System bus"), N_("install dbus and start it: sudo systemctl enable --now dbus.socket"),
       Severity::kNote},
      {"bus-proxy", N_("xdg-dbus-proxy"),
       N_("install xdg-dbus-proxy (Debian, Ubuntu, Fedora, Arch); without it no app gets a bus"), Severity::kError,
       bus_proxy},
      {"bus-proxy-sasl", N_("xdg-dbus-proxy lets sd-bus programs connect"), kNewProxy, Severity::kWarning},
      {"bus-proxy-eavesdrop", N_("xdg-dbus-proxy refuses eavesdropping"), kNewProxy, Severity::kWarning},
      {"bus-proxy-broadcast", N_("xdg-dbus-proxy holds broadcasts back"), kNewProxy, Severity::kWarning},
      {"bus-proxy-reply", N_("xdg-dbus-proxy refuses forged replies"), kNewProxy, Severity::kError},
      {"bus-proxy-path", N_("xdg-dbus-proxy keeps call rules to their object"), kNewProxy, Severity::kWarning},
      {"portal", N_("Desktop portal"),
       N_("install xdg-desktop-portal and one of xdg-desktop-portal-gtk, -gnome, -kde, -wlr"), Severity::kWarning},
      {"document-portal", N_("Document portal"),
       N_("install xdg-desktop-portal; without it opened files are bound at their own path"), Severity::kWarning},
      {"fuse", N_("/dev/fuse for the document portal"), N_("install fuse3 and load the module: sudo modprobe fuse"),
       Severity::kWarning},
      {"wayland", N_("Wayland"), N_("log in to a Wayland session"), Severity::kWarning, wayland},
      {"wayland-security-context", N_("Wayland security context"),
       N_("a compositor with wp_security_context_v1: GNOME 46, KDE Plasma 6, sway 1.9 or later; without it clipboard "
          "managers and other privileged protocols are open to apps"),
       Severity::kNote},
      {"sound", N_("PulseAudio socket"), N_("install pipewire-pulse or pulseaudio"), Severity::kNote, sound},
      {"pasta", N_("pasta, for networks of an app's own"),
       N_("install passt (Debian, Ubuntu, Fedora, Arch); without it only the networks 'none' and 'host'"),
       Severity::kWarning, pasta},
      {"tun", N_("/dev/net/tun, for pasta"), N_("sudo modprobe tun; its mode must be 0666"), Severity::kWarning},
      {"network-rules", N_("Network rules in the kernel (xfrm)"),
       N_("sudo modprobe xfrm_user; without it the networks 'internet' and 'lan' are refused"), Severity::kWarning,
       network_rules},
      {"groups", N_("Groups that stay effective inside"),
       N_("leave such groups (sudo gpasswd -d $USER GROUP) and use sudo, polkit or rootless modes instead"),
       Severity::kWarning, groups},
  };
  return kRules;
}

}  // namespace hutch::doctor
