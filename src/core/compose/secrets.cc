#include "core/compose/secrets.h"

#include <array>

namespace hutch::compose {
namespace {

constexpr std::array kSecrets = {
    // keys and passwords
    ".ssh",
    ".gnupg",
    ".pki",
    ".password-store",
    ".local/share/keyrings",
    ".local/share/kwalletd",
    ".local/share/kwalletd6",
    ".local/share/pki",
    ".config/keepassxc",
    ".config/Bitwarden",
    ".config/1Password",
    ".config/op",
    ".netrc",
    ".authinfo",
    ".authinfo.gpg",
    ".minisign",
    ".putty",
    ".ecryptfs",
    ".Private",
    ".fscrypt",
    ".vault-token",
    ".pgpass",
    ".my.cnf",
    ".mylogin.cnf",
    ".config/sops",
    ".config/age",
    ".step",
    ".smbcredentials",
    ".davfs2",
    ".msmtprc",
    ".fetchmailrc",
    ".m2/settings.xml",
    ".gradle/gradle.properties",
    ".android",
    ".vnc",
    ".config/kdeconnect",
    ".config/Nextcloud",
    ".local/share/remmina",
    ".ICEauthority",
    ".Xauthority",
    ".keepass",
    ".config/keepass",
    ".config/keybase",
    ".config/VeraCrypt",
    ".TrueCrypt",
    ".config/Cryptomator",
    ".local/share/Cryptomator",
    // developers' tokens
    ".git-credentials",
    ".config/git/credentials",
    ".config/gh",
    ".config/hub",
    ".config/glab-cli",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".pypirc",
    ".gem/credentials",
    ".docker",
    ".config/containers/auth.json",
    ".aws",
    ".azure",
    ".kube",
    ".boto",
    ".s3cfg",
    ".config/gcloud",
    ".config/rclone",
    ".config/doctl",
    ".config/hcloud",
    ".terraform.d",
    ".terraformrc",
    ".config/github-copilot",
    ".claude",
    ".codex",
    ".gemini",
    // money
    ".bitcoin",
    ".ethereum",
    ".electrum",
    ".monero",
    ".config/solana",
    // browsers and mail
    ".mozilla",
    ".config/mozilla",
    ".thunderbird",
    ".config/chromium",
    ".config/google-chrome",
    ".config/BraveSoftware",
    ".config/vivaldi",
    ".config/microsoft-edge",
    ".config/opera",
    ".librewolf",
    ".local/share/evolution",
    ".local/share/geary",
    ".local/share/akonadi",
    ".config/Element",
    ".config/discord",
    ".config/Slack",
    ".config/Signal",
    ".local/share/TelegramDesktop",
    ".Mail",
    "Mail",
    "Maildir",
    ".mail",
    ".config/evolution",
    ".claws-mail",
    ".sylpheed-2.0",
    ".local/share/kmail2",
    ".local/share/local-mail",
    ".config/qutebrowser",
    ".local/share/qutebrowser",
    ".config/falkon",
    ".local/share/epiphany",
    ".local/share/torbrowser",
    ".cache/mozilla",
    ".cache/chromium",
    ".cache/google-chrome",
    ".cache/thunderbird",
    ".purple",
    ".irssi",
    ".weechat",
    ".config/weechat",
    ".config/hexchat",
    ".local/share/dino",
    // histories
    ".bash_history",
    ".zsh_history",
    ".histfile",
    ".zhistory",
    ".local/share/zsh",
    ".sh_history",
    ".python_history",
    ".node_repl_history",
    ".lesshst",
    ".viminfo",
    ".mysql_history",
    ".psql_history",
    ".sqlite_history",
    ".wget-hsts",
    ".local/share/fish",
    ".local/share/recently-used.xbel",
    ".local/share/Trash",
    ".local/share/klipper",
    // other sandboxes and container stores
    ".var",
    "snap",
    ".local/share/flatpak",
    ".local/share/containers",
    ".local/share/docker",
    ".config/docker",
    ".local/share/bubblejail",
    ".config/firejail",
    // machines, backups and snapshots
    "VirtualBox VMs",
    ".config/libvirt",
    ".local/share/libvirt",
    ".local/share/gnome-boxes",
    ".vagrant.d",
    ".config/borg",
    ".config/restic",
    ".config/rsnapshot",
    ".duplicity",
    ".cache/deja-dup",
    ".snapshots",
};

constexpr std::array kStartUp = {
    // shells
    ".profile",
    ".bash_profile",
    ".bash_login",
    ".bash_logout",
    ".bashrc",
    ".bash_aliases",
    ".bash_completion",
    ".inputrc",
    ".zshenv",
    ".zprofile",
    ".zshrc",
    ".zlogin",
    ".zlogout",
    ".config/zsh",
    ".config/fish",
    ".kshrc",
    ".cshrc",
    ".oh-my-zsh",
    ".zsh",
    ".config/nushell",
    ".config/direnv",
    ".tcshrc",
    ".login",
    ".logout",
    // sessions
    ".pam_environment",
    ".xprofile",
    ".xinitrc",
    ".xsession",
    ".xsessionrc",
    ".xserverrc",
    ".config/autostart",
    ".config/autostart-scripts",
    ".config/plasma-workspace",
    ".config/environment.d",
    ".config/systemd",
    ".local/share/systemd",
    ".local/share/dbus-1",
    ".config/sway",
    ".config/hypr",
    ".config/i3",
    ".config/labwc",
    ".config/openbox",
    ".config/xfce4",
    ".local/share/gnome-shell",
    ".config/dconf",
    ".config/awesome",
    ".config/bspwm",
    ".config/qtile",
    ".config/niri",
    ".config/river",
    ".config/waybar",
    ".config/lxqt",
    ".config/lxsession",
    ".config/Thunar",
    ".local/share/plasma",
    ".local/share/kwin",
    ".local/share/cinnamon",
    ".config/pulse",
    ".config/pipewire",
    ".config/wireplumber",
    ".asoundrc",
    ".local/share/gstreamer-1.0",
    // programs and what starts them
    "bin",
    ".local/bin",
    ".cargo/bin",
    "go/bin",
    ".npm-global",
    ".cargo/env",
    ".cargo/config",
    ".cargo/config.toml",
    ".nvm",
    ".pyenv",
    ".bun",
    ".deno",
    ".gradle",
    ".local/lib",
    "Applications",
    ".local/share/applications",
    ".local/share/desktop-directories",
    ".local/share/mime",
    ".local/share/thumbnailers",
    ".local/share/nautilus",
    ".local/share/nautilus-python",
    ".local/share/kio",
    ".config/menus",
    ".config/mimeapps.list",
    ".config/user-dirs.dirs",
    ".mailcap",
    // programs that run what their settings say
    ".gitconfig",
    ".config/git",
    ".vim",
    ".vimrc",
    ".config/nvim",
    ".emacs",
    ".emacs.d",
    ".config/emacs",
    ".nanorc",
    ".config/mpv",
    ".muttrc",
    ".mutt",
    ".tmux.conf",
    ".config/tmux",
    ".screenrc",
    ".gdbinit",
    ".config/gdb",
    ".config/pip",
    ".pip",
    ".config/Code/User",
    ".config/VSCodium/User",
    ".psqlrc",
    ".ipython",
    ".Rprofile",
    ".vscode",
};

template <std::size_t Count>
std::vector<HostPath> below(const HostPath& home, const std::array<const char*, Count>& names) {
  std::vector<HostPath> paths;
  for (const char* const name : names) paths.push_back(home / name);
  return paths;
}

}  // namespace

std::vector<HostPath> secret_paths(const facts::Facts& facts) {
  std::vector<HostPath> paths = below(facts.user.home, kSecrets);
  for (const char* const path : {"/run/user", "/tmp/.X11-unix", "/tmp/.ICE-unix", "/tmp/.font-unix", "/var/mail",
                                 "/var/spool/mail", "/var/backups", "/var/lib/systemd/coredump"}) {
    paths.push_back(HostPath::literal(path));
  }
  paths.push_back(facts.directories.runtime);
  return paths;
}

std::vector<HostPath> start_up_paths(const facts::Facts& facts) {
  return below(facts.user.home, kStartUp);
}

std::vector<HostPath> own_places(const facts::Facts& facts) {
  const facts::Directories& directories = facts.directories;
  return {directories.config / "hutch", directories.data / "hutch", directories.state / "hutch",
          directories.cache / "hutch", directories.runtime / "hutch"};
}

std::vector<HostPath> left_out_of_host() {
  constexpr std::array kNames = {"app",   "bin",        "boot",   "dev",        "efi",    "etc",  "lib",  "lib32",
                                 "lib64", "libx32",     "libo32", "lost+found", "ostree", "proc", "root", "run",
                                 "sbin",  ".snapshots", "sys",    "sysroot",    "tmp",    "usr",  "var"};
  return below(HostPath(), kNames);
}

std::vector<HostPath> powerful_sockets(const facts::Facts& facts) {
  std::vector<HostPath> paths;
  for (const char* const path :
       {"/run/docker.sock", "/run/containerd", "/run/podman", "/run/crio", "/run/libvirt", "/run/snapd.socket",
        "/run/lxd.socket", "/var/lib/lxd/unix.socket", "/var/snap/lxd/common/lxd/unix.socket", "/run/incus",
        "/run/systemd/private", "/run/dbus/system_bus_socket"}) {
    paths.push_back(HostPath::literal(path));
  }
  for (const char* const name : {"docker.sock", "podman", "containerd-rootless"}) {
    paths.push_back(facts.directories.runtime / name);
  }
  return paths;
}

std::vector<HostPath> session_controls(const facts::Facts& facts) {
  std::vector<HostPath> paths;
  for (const char* const name : {"bus", "systemd", "dbus-1", ".flatpak", ".dbus-proxy", "doc", "at-spi"}) {
    paths.push_back(facts.directories.runtime / name);
  }
  return paths;
}

}  // namespace hutch::compose
