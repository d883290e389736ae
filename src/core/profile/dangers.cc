#include "core/profile/dangers.h"

#include <array>

#include "base/i18n.h"
#include "core/profile/files.h"
#include "core/profile/precedence.h"
#include "core/profile/vocabulary.h"

namespace hutch::profile {
namespace {

constexpr std::array kBusDangers = {
    Danger{"org.freedesktop.Flatpak", N_("can run anything outside: Flatpak's session helper")},
    Danger{"org.freedesktop.systemd1", N_("can run anything outside: the service manager")},
    Danger{"org.freedesktop.secrets", N_("can read every secret in your keyring")},
    Danger{"org.kde.kwalletd5", N_("can read every secret in your wallet")},
    Danger{"org.kde.kwalletd6", N_("can read every secret in your wallet")},
    Danger{"org.gnome.Shell", N_("can control the desktop: GNOME Shell")},
    Danger{"org.kde.KWin", N_("can control the desktop: KWin")},
    Danger{"org.kde.plasmashell", N_("can run scripts outside: the Plasma shell")},
    Danger{"org.kde.StatusNotifierWatcher", N_("can reach other objects of the panel: use the feature 'tray'")},
    Danger{"org.freedesktop.Notifications",
           N_("can reach other objects of the panel: use the feature 'notifications'")},
    Danger{"ca.desrt.dconf", N_("can change the settings of other programs: dconf")},
    Danger{"org.gtk.vfs.Daemon", N_("can reach files and network places outside: gvfs")},
    Danger{"org.kde.klauncher5", N_("can run anything outside: klauncher")},
    Danger{"org.freedesktop.DBus", N_("can start services and change their environment: the bus itself")},
    Danger{"org.freedesktop.login1", N_("can end sessions and switch the computer off: logind")},
    Danger{"org.freedesktop.PolicyKit1", N_("can ask for administrator rights: polkit")},
    Danger{"org.freedesktop.PackageKit", N_("can install software: PackageKit")},
    Danger{"org.freedesktop.UDisks2", N_("can mount and format disks: udisks")},
};

constexpr std::array kWritableDangers = {
    Danger{"~/.config/hutch", N_("can change its own permissions: hutch's settings")},
    Danger{"~/.config/autostart", N_("can have programs started outside: autostart")},
    Danger{"~/.config/systemd", N_("can have programs started outside: user services")},
    Danger{"~/.local/share/systemd", N_("can have programs started outside: user services")},
    Danger{"~/.config/environment.d", N_("can have programs started outside: your environment")},
    Danger{"~/.local/share/applications", N_("can replace other programs' launchers")},
    Danger{"~/.local/share/dbus-1", N_("can have programs started outside: bus services")},
    Danger{"~/.local/bin", N_("can replace programs you start")},
    Danger{"~/bin", N_("can replace programs you start")},
    Danger{"~/.bashrc", N_("can have programs started outside: your shell")},
    Danger{"~/.bash_profile", N_("can have programs started outside: your shell")},
    Danger{"~/.profile", N_("can have programs started outside: your shell")},
    Danger{"~/.zshrc", N_("can have programs started outside: your shell")},
    Danger{"~/.zshenv", N_("can have programs started outside: your shell")},
    Danger{"~/.config/fish", N_("can have programs started outside: your shell")},
    Danger{"~/.xprofile", N_("can have programs started outside: your session")},
    Danger{"~/.ssh", N_("can change who may log in as you: ~/.ssh")},
    Danger{"~/.local/share/flatpak", N_("can replace Flatpak programs and their permissions")},
    Danger{"xdg-run/systemd", N_("can run anything outside: the service manager")},
    Danger{"xdg-run/hutch", N_("can reach other sandboxes: hutch's runtime directory")},
    Danger{"xdg-run/bus", N_("can leave the sandbox: unfiltered session bus")},
    Danger{"/run/docker.sock", N_("is administrator of this computer: the Docker socket")},
    Danger{"/var/run/docker.sock", N_("is administrator of this computer: the Docker socket")},
    Danger{"xdg-run/podman", N_("can run anything outside: the podman socket")},
};

constexpr std::array kReadableDangers = {
    Danger{"~/.ssh", N_("can read your SSH keys")},
    Danger{"~/.gnupg", N_("can read your GnuPG keys")},
    Danger{"~/.local/share/keyrings", N_("can read your keyring files")},
    Danger{"~/.mozilla", N_("can read your browser's passwords and cookies")},
    Danger{"~/.config/chromium", N_("can read your browser's passwords and cookies")},
    Danger{"~/.config/google-chrome", N_("can read your browser's passwords and cookies")},
    Danger{"~/.thunderbird", N_("can read your mail")},
    Danger{"~/.aws", N_("can read your cloud credentials")},
    Danger{"~/.kube", N_("can read your cluster credentials")},
    Danger{"~/.netrc", N_("can read your passwords: ~/.netrc")},
    Danger{"~/.password-store", N_("can read your password store")},
};

template <std::size_t N>
const Danger* find_place(const std::array<Danger, N>& dangers, std::string_view path) {
  for (const Danger& danger : dangers) {
    if (is_at_or_below(path, danger.name) || is_at_or_below(danger.name, path)) return &danger;
  }
  return nullptr;
}

const char* file_risk(const Grant& grant) {
  const std::string_view access = access_word(grant);
  if (access == "hidden") return nullptr;
  const Word* const word = find_word(Kind::kFile, grant.name);
  if (word != nullptr && word->risk == Risk::kWeakening) return word->risk_sentence;
  if (access == "rw" || access == "create") {
    if (const Danger* const danger = writable_danger(grant.name)) return danger->why;
  }
  if (const Danger* const danger = readable_danger(grant.name)) return danger->why;
  return word != nullptr && word->risk_sentence[0] != '\0' ? word->risk_sentence : nullptr;
}

}  // namespace

const Danger* bus_danger(std::string_view name) {
  for (const Danger& danger : kBusDangers) {
    if (holds(Kind::kSessionBus, name, danger.name)) return &danger;
  }
  return nullptr;
}

const Danger* writable_danger(std::string_view path) {
  return find_place(kWritableDangers, path);
}

const Danger* readable_danger(std::string_view path) {
  return find_place(kReadableDangers, path);
}

const char* risk_of(const Grant& grant) {
  switch (grant.kind) {
    case Kind::kFile:
      return file_risk(grant);
    case Kind::kSessionBus:
    case Kind::kSystemBus: {
      const bool is_open = grant.access == "talk" || grant.access == "own";
      const Danger* const danger = is_open ? bus_danger(grant.name) : nullptr;
      return danger == nullptr ? nullptr : danger->why;
    }
    case Kind::kNetwork:
    case Kind::kSocket:
    case Kind::kShare:
    case Kind::kDevice:
    case Kind::kPortal:
    case Kind::kFeature: {
      const Word* const word = find_word(grant.kind, grant.kind == Kind::kNetwork ? grant.access : grant.name);
      return word == nullptr || word->risk == Risk::kNone ? nullptr : word->risk_sentence;
    }
    default:
      return nullptr;
  }
}

}  // namespace hutch::profile
