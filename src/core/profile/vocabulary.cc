// What the composer makes of each word is said here, beside it, so that files, flags and walls mean the same thing.
#include "core/profile/vocabulary.h"

#include <algorithm>

#include "base/i18n.h"

namespace hutch::profile {
namespace {

constexpr Risk kNone = Risk::kNone;
constexpr Risk kData = Risk::kData;
constexpr Risk kWeakening = Risk::kWeakening;

void add_sockets(std::vector<Word>& words) {
  const Kind kind = Kind::kSocket;
  const auto add = [&](const char* name, const char* sentence, Risk risk, const char* why) {
    words.push_back({.kind = kind, .name = name, .sentence = sentence, .risk = risk, .risk_sentence = why});
  };
  // The compositor's socket, tagged by wp_security_context_v1 where it is offered.
  add("wayland", N_("may show windows and receive input meant for them"), kNone, "");
  // The X server's socket and a cookie for it, IPC namespace kept apart.
  add("x11", N_("may show windows on the X server"), kWeakening,
      N_("can listen to every key, read every window and type into other programs: X11"));
  // As x11, but only where no Wayland socket was given to the sandbox.
  add("fallback-x11", N_("may show windows on the X server when there is no Wayland"), kWeakening,
      N_("without Wayland can listen to every key and read every window: X11"));
  // PulseAudio's native socket and its cookie, read-only.
  add("pulseaudio", N_("may play sound"), kData, N_("can record: PulseAudio without a microphone filter"));
  // PipeWire's own socket.
  add("pipewire", N_("may use PipeWire: sound, microphones, cameras and screen streams"), kWeakening,
      N_("can record sound and pictures without asking: the whole PipeWire socket"));
  add("cups", N_("may print through CUPS without a dialog"), kData, N_("can print and list print jobs unasked: CUPS"));
  add("pcsc", N_("may use smart cards"), kData, N_("can talk to every smart card: pcscd"));
  add("gpg-agent", N_("may sign and decrypt with your GnuPG keys"), kData, N_("can use your GnuPG keys: gpg-agent"));
  add("ssh-auth", N_("may log in elsewhere with your SSH keys"), kData, N_("can use your SSH keys: ssh-agent"));
  // The unfiltered buses: no proxy, the host's socket itself.
  add("session-bus", N_("may talk to every program of your session"), kWeakening,
      N_("can leave the sandbox: unfiltered session bus"));
  add("system-bus", N_("may talk to every system service"), kWeakening,
      N_("can ask every system service: unfiltered system bus"));
}

void add_network(std::vector<Word>& words) {
  // The host's IPC namespace: SysV memory and POSIX queues, which MIT-SHM needs.
  words.push_back({.kind = Kind::kShare,
                   .name = "ipc",
                   .sentence = N_("shares memory segments and message queues with all your programs"),
                   .risk = kWeakening,
                   .risk_sentence = N_("can read memory other programs share: host IPC")});
  const auto add = [&](const char* name, const char* sentence, Risk risk, const char* why) {
    words.push_back({.kind = Kind::kNetwork, .name = name, .sentence = sentence, .risk = risk, .risk_sentence = why});
  };
  add("none", N_("may not use the network"), kNone, "");
  add("private", N_("may use the network, but not services of this computer"), kNone, "");
  add("internet", N_("may use the internet, but neither the local network nor this computer"), kNone, "");
  add("lan", N_("may use the local network, but not the internet"), kNone, "");
  add("host", N_("may use the network as this computer itself"), kWeakening,
      N_("can reach services of this computer and abstract sockets: host network"));
}

void add_devices(std::vector<Word>& words) {
  const auto add = [&](const char* name, const char* sentence, Risk risk, const char* why) {
    words.push_back({.kind = Kind::kDevice, .name = name, .sentence = sentence, .risk = risk, .risk_sentence = why});
  };
  // GPU nodes, the /sys entries drivers read, and NVIDIA's own nodes.
  add("dri", N_("may use the graphics card"), kNone, "");
  // Joysticks and other /dev/input nodes.
  add("input", N_("may read game controllers and other input devices"), kWeakening,
      N_("can listen to every key where /dev/input is readable: input devices"));
  add("camera", N_("may use cameras directly"), kData, N_("can take pictures without asking: camera devices"));
  // hidraw nodes of the FIDO class only.
  add("u2f", N_("may use security keys"), kNone, "");
  // /dev/bus/usb as a whole; "usb:VENDOR:PRODUCT" only what matches.
  add("usb", N_("may use every USB device"), kData, N_("can control every USB device"));
  // The host's /dev/shm.
  add("shm", N_("shares /dev/shm with all your programs"), kWeakening,
      N_("can read memory other programs share: host /dev/shm"));
  add("kvm", N_("may run virtual machines"), kNone, "");
  // The host's /dev, with a /dev/shm of its own.
  add("all", N_("may use every device you can use"), kWeakening, N_("can use every device you can use"));
}

void add_portals(std::vector<Word>& words) {
  const auto add = [&](const char* name, const char* sentence) {
    words.push_back({.kind = Kind::kPortal, .name = name, .sentence = sentence, .risk = kNone, .risk_sentence = ""});
  };
  // Each is the portal interface of that name and Request/Session objects; rules in portals/*.toml.
  add("file-chooser", N_("may ask you to pick files, and sees only those"));
  add("open-uri", N_("may open links and files in other programs, which ask you"));
  add("notification", N_("may show notifications through the portal"));
  add("camera", N_("may ask you for the camera"));
  add("screencast", N_("may ask you to share the screen"));
  add("print", N_("may ask you to print"));
  add("settings", N_("may read the desktop's colours and fonts"));
  add("secret", N_("may keep a secret of its own in the keyring"));
  add("inhibit", N_("may keep the computer awake"));
  add("background", N_("may ask to run in the background"));
  words.push_back({.kind = Kind::kPortal,
                   .name = "all",
                   .sentence = N_("may use every portal"),
                   .risk = kData,
                   .risk_sentence = N_("can use portals that do not ask first: all portals")});
}

void add_features(std::vector<Word>& words) {
  const auto add = [&](const char* name, const char* sentence, Risk risk, const char* why) {
    words.push_back({.kind = Kind::kFeature, .name = name, .sentence = sentence, .risk = risk, .risk_sentence = why});
  };
  // seccomp: ptrace, perf_event_open, personality.
  add("devel", N_("may debug and profile its own processes"), kWeakening,
      N_("has more of the kernel within reach: debugging calls"));
  // seccomp: the second ABI of the machine (i386 on x86-64).
  add("multiarch", N_("may run 32-bit programs"), kWeakening,
      N_("has more of the kernel within reach: 32-bit system calls"));
  // seccomp: ptrace alone.
  add("ptrace", N_("may debug its own processes"), kWeakening, N_("has more of the kernel within reach: ptrace"));
  // Recording through a granted sound socket.
  add("microphone", N_("may record sound"), kData, N_("can record sound"));
  // seccomp: CLONE_NEWUSER; user.max_user_namespaces left open; Landlock file rules stay.
  add("nested-userns", N_("may build a sandbox of its own inside"), kWeakening,
      N_("has more of the kernel within reach: user namespaces"));
  // As nested-userns, and the mount calls; /proc unmasked; Landlock for scopes and network only.
  add("nested-sandbox", N_("may build containers of its own inside"), kWeakening,
      N_("has one wall less: nested containers need Landlock's file rules off and /proc unmasked"));
  // The calls and signals of org.freedesktop.Notifications, and nothing else of the panel (portals/notifications.toml).
  add("notifications", N_("may show notifications"), kNone, "");
  // The panel's registration call and its properties; never talk, which would open its other objects
  // (portals/tray.toml).
  add("tray", N_("may show an icon in the panel"), kNone, "");
  // Session bus: own org.mpris.MediaPlayer2.APP-ID.* and .PROFILE.*
  add("mpris", N_("may be controlled by media keys"), kNone, "");
  // Session bus: talk org.freedesktop.secrets (portals/secrets.toml).
  add("secrets", N_("may use your keyring"), kWeakening, N_("can read every secret in your keyring"));
  // The portals of ibus and fcitx and their input contexts, IBUS_USE_PORTAL=1, *_IM_MODULE as outside
  // (portals/ime.toml).
  add("ime", N_("may use your input method"), kNone, "");
  // The accessibility bus behind the proxy, with the calls a toolkit makes (portals/a11y.toml).
  add("a11y", N_("may be read by screen readers"), kNone, "");
  // seccomp: AF_BLUETOOTH; system bus: talk org.bluez (portals/bluetooth.toml).
  add("bluetooth", N_("may use Bluetooth"), kData, N_("can reach Bluetooth devices"));
  // The GameMode portal, which translates process ids (portals/gamemode.toml).
  add("gamemode", N_("may ask for game mode"), kNone, "");
}

void add_files(std::vector<Word>& words) {
  // The sentence of a file word names the place; explain puts it behind what may be done there.
  const auto add = [&](const char* name, const char* place, Risk risk, const char* why) {
    words.push_back({.kind = Kind::kFile, .name = name, .sentence = place, .risk = risk, .risk_sentence = why});
  };
  add("home", N_("your whole home directory"), kWeakening, N_("can see all your files: the whole home"));
  add("host", N_("all files of this computer but the system's own"), kWeakening,
      N_("can see all your files: the whole host"));
  add("host-os", N_("the system's programs, below /run/host"), kNone, "");
  add("host-etc", N_("the system's settings, below /run/host"), kData, N_("can read the system's settings: host-etc"));
  add("xdg-desktop", N_("your Desktop folder"), kData, "");
  add("xdg-documents", N_("your Documents folder"), kData, "");
  add("xdg-download", N_("your Downloads folder"), kData, "");
  add("xdg-music", N_("your Music folder"), kData, "");
  add("xdg-pictures", N_("your Pictures folder"), kData, "");
  add("xdg-public-share", N_("your Public folder"), kData, "");
  add("xdg-templates", N_("your Templates folder"), kData, "");
  add("xdg-videos", N_("your Videos folder"), kData, "");
  add("xdg-config", N_("the settings of all your programs"), kWeakening,
      N_("can change what other programs do: all settings"));
  add("xdg-data", N_("the data of all your programs"), kWeakening, N_("can change what other programs do: all data"));
  add("xdg-cache", N_("the caches of all your programs"), kData, N_("can read and change other programs' caches"));
  add("xdg-state", N_("the state of all your programs"), kData, N_("can read what other programs remember"));
  add("xdg-run", N_("the runtime directory"), kData, "");
}

void add_limits(std::vector<Word>& words) {
  const auto add = [&](const char* name, const char* sentence) {
    words.push_back({.kind = Kind::kLimit, .name = name, .sentence = sentence, .risk = kNone, .risk_sentence = ""});
  };
  add("memory", N_("at most %s of memory"));                                           // MemoryMax
  add("memory-high", N_("slowed down above %s of memory"));                            // MemoryHigh
  add("swap", N_("at most %s of swap"));                                               // MemorySwapMax
  add("cpu", N_("at most %s of one processor core"));                                  // CPUQuota
  add("cpu-weight", N_("processor weight %s when others are busy"));                   // CPUWeight
  add("tasks", N_("at most %s processes and threads"));                                // TasksMax and RLIMIT_NPROC
  add("io-weight", N_("disk weight %s when others are busy"));                         // IOWeight
  add("io-read", N_("reads at most %s a second from disk"));                           // IOReadBandwidthMax
  add("io-write", N_("writes at most %s a second to disk"));                           // IOWriteBandwidthMax
  add("nofile", N_("at most %s open files a process"));                                // RLIMIT_NOFILE
  add("core", N_("core dumps of at most %s"));                                         // RLIMIT_CORE
  add("time", N_("ended after %s"));                                                   // by the supervisor
  add("idle", N_("ended after %s without work"));                                      // by the supervisor
  add("oom-score", N_("out-of-memory score %s: the higher, the sooner it is ended"));  // oom_score_adj
  add("oomd", N_("systemd-oomd's preference: %s"));                                    // ManagedOOMPreference
  add("domain", N_("limited together with the others of the domain '%s'"));            // Slice
}

std::vector<Word> all_words() {
  std::vector<Word> words;
  add_sockets(words);
  add_network(words);
  add_devices(words);
  add_files(words);
  add_portals(words);
  add_features(words);
  add_limits(words);
  return words;
}

}  // namespace

const std::vector<Word>& words() {
  static const std::vector<Word> all = all_words();
  return all;
}

const Word* find_word(Kind kind, std::string_view name) {
  const auto& all = words();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Word& word) { return word.kind == kind && word.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string_view> names_of(Kind kind) {
  std::vector<std::string_view> names;
  for (const Word& word : words()) {
    if (word.kind == kind) names.emplace_back(word.name);
  }
  return names;
}

}  // namespace hutch::profile
