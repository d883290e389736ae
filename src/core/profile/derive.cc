#include "core/profile/derive.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/profile/dangers.h"

namespace hutch::profile {
namespace {

enum class Toolkit : std::uint8_t { kNone, kGtk, kQt, kElectron, kWayland, kX11 };

// A library by its name before ".so", or a package: the bindings of interpreted languages.
struct Sign {
  std::string_view name;
  Toolkit toolkit;
};
constexpr std::array kSigns = {
    Sign{"libgtk-4", Toolkit::kGtk},
    Sign{"libgtk-3", Toolkit::kGtk},
    Sign{"gir1.2-gtk-4.0", Toolkit::kGtk},
    Sign{"gir1.2-gtk-3.0", Toolkit::kGtk},
    Sign{"gir1.2-adw-1", Toolkit::kGtk},
    Sign{"python3-wxgtk4.0", Toolkit::kGtk},
    Sign{"libQt6Gui", Toolkit::kQt},
    Sign{"libQt5Gui", Toolkit::kQt},
    Sign{"python3-pyqt6", Toolkit::kQt},
    Sign{"python3-pyqt5", Toolkit::kQt},
    Sign{"libSDL2-2.0", Toolkit::kWayland},
    Sign{"libSDL3", Toolkit::kWayland},
    Sign{"libSDL-1.2", Toolkit::kWayland},
    Sign{"libglfw", Toolkit::kWayland},
    Sign{"libwayland-client", Toolkit::kWayland},
    Sign{"python3-pygame", Toolkit::kWayland},
    Sign{"libgtk-x11-2.0", Toolkit::kX11},
    Sign{"libfltk", Toolkit::kX11},
    Sign{"libglut", Toolkit::kX11},
    Sign{"libXm", Toolkit::kX11},
    Sign{"libXt", Toolkit::kX11},
    Sign{"libXaw7", Toolkit::kX11},
    Sign{"liballeg", Toolkit::kX11},
    Sign{"libtk8.6", Toolkit::kX11},
    Sign{"python3-tk", Toolkit::kX11},
    Sign{"tk8.6", Toolkit::kX11},
    Sign{"tk", Toolkit::kX11},
    Sign{"default-jre", Toolkit::kX11},
    Sign{"libsfml-window", Toolkit::kX11},
    Sign{"libX11", Toolkit::kX11},
};

bool is_sign(const std::string& library, std::string_view sign) {
  if (!library.starts_with(sign)) return false;
  const std::string_view rest = std::string_view(library).substr(sign.size());
  return rest.empty() || rest.starts_with(".so") || rest.starts_with("-") || rest.starts_with(".") ||
         (rest.front() >= '0' && rest.front() <= '9') || rest.starts_with("t64");
}

Toolkit toolkit_in(const std::set<std::string>& names) {
  for (const Sign& sign : kSigns) {
    if (std::any_of(names.begin(), names.end(), [&](const std::string& name) { return is_sign(name, sign.name); })) {
      return sign.toolkit;
    }
  }
  return Toolkit::kNone;
}

Toolkit toolkit_of(const Clues& clues) {
  if (clues.is_electron) return Toolkit::kElectron;
  for (const auto* const names : {&clues.linked, &clues.required, &clues.loaded}) {
    const Toolkit toolkit = toolkit_in(*names);
    if (toolkit != Toolkit::kNone && toolkit != Toolkit::kX11) return toolkit;
  }
  for (const auto* const names : {&clues.linked, &clues.required, &clues.loaded}) {
    if (toolkit_in(*names) == Toolkit::kX11) return Toolkit::kX11;
  }
  return Toolkit::kNone;
}

bool names_any(const std::set<std::string>& names, std::initializer_list<std::string_view> signs) {
  return std::any_of(signs.begin(), signs.end(), [&](std::string_view sign) {
    return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return is_sign(name, sign); });
  });
}

class Deriver {
 public:
  explicit Deriver(const Clues& clues) : clues_(clues) {}

  std::optional<Layer> derive() {
    const Toolkit toolkit = toolkit_of(clues_);
    const bool is_app = toolkit != Toolkit::kNone && !clues_.is_for_terminal;
    auto name = ProfileName::parse(name_of(clues_.program));
    if (!is_app || !name) return std::nullopt;
    layer_.origin.file = "derived from " + text::printable(clues_.program.str());
    layer_.rank = Rank::kShipped;
    layer_.id = std::move(*name);
    layer_.title = text::printable(clues_.title);
    layer_.description = "Made from what its package tells; nobody has reviewed it";
    layer_.match.command = {clues_.program};
    set_identity();
    extend(toolkit);
    add_sound();
    add_network();
    add_inner_sandbox();
    add_names();
    for (const char* const folder : {"Desktop", "Documents", "Downloads", "Music", "Pictures", "Videos"}) {
      grant(Kind::kPersist, folder, "", "programs that look for such a folder find one of their own");
    }
    for (const HostPath& path : std::set<HostPath>(clues_.settings.begin(), clues_.settings.end())) {
      grant(Kind::kFile, path.str(), "ro:noexec", "the settings its package put there");
    }
    if (has_category({"TextEditor", "WordProcessor", "Spreadsheet", "Presentation", "Office", "Graphics", "IDE",
                      "Development", "AudioVideoEditing", "Education", "Science", "Utility"}) &&
        !has_category({"Viewer"})) {
      layer_.open = "rw";
    }
    return std::move(layer_);
  }

 private:
  // "gnote", "games+lugaru", "opt+foo+bar": programs of one name in two directories do not share their data.
  static std::string name_of(const HostPath& program) {
    if (program.parent() == HostPath::literal("/usr/bin")) return std::string(program.name());
    std::vector<std::string> parts;
    for (const std::string_view part : program.components()) parts.emplace_back(part);
    if (parts.size() > 1 && parts.front() == "usr") parts.erase(parts.begin());
    return text::join(parts, "+");
  }

  [[nodiscard]] bool has_category(std::initializer_list<std::string_view> names) const {
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
      return std::find(clues_.categories.begin(), clues_.categories.end(), name) != clues_.categories.end();
    });
  }

  void grant(Kind kind, std::string name, std::string access, const char* reason) {
    layer_.grants.push_back({.kind = kind,
                             .name = std::move(name),
                             .access = std::move(access),
                             .origin = layer_.origin,
                             .rank = layer_.rank,
                             .reason = reason,
                             .locked = false});
  }

  void set_identity() {
    if (clues_.desktop.empty()) return;
    layer_.match.desktop = {clues_.desktop};
    if (auto app = AppId::parse(clues_.desktop)) layer_.app = std::move(*app);
  }

  void extend(Toolkit toolkit) {
    const char* base = "gui";
    if (toolkit == Toolkit::kGtk) base = "gtk";
    if (toolkit == Toolkit::kQt) base = "qt";
    if (toolkit == Toolkit::kElectron) base = "electron";
    if (auto name = ProfileName::parse(base)) layer_.extends = {std::move(*name)};
    // libXtst types into other windows and libwnck lists them: who links one insists on an X server.
    const bool insists =
        clues_.insists_on_x11 || names_any(clues_.linked, {"libXtst", "libwnck-3", "libkeybinder-3.0"});
    const bool is_x11 = insists || toolkit == Toolkit::kX11 || (toolkit == Toolkit::kQt && !clues_.has_qt_wayland);
    if (is_x11) grant(Kind::kSocket, "x11", "", "its toolkit does not know Wayland");
  }

  void add_sound() {
    const bool links_sound = names_any(
        clues_.linked, {"libpulse", "libpulse-simple", "libasound", "libopenal", "libSDL2_mixer-2.0",
                        "libSDL_mixer-1.2", "libgstreamer-1.0", "libQt5Multimedia", "libQt6Multimedia", "libportaudio",
                        "libao", "libmpv", "libvlc", "libcanberra", "libjack", "libpipewire-0.3", "libsfml-audio"});
    if (links_sound || has_category({"AudioVideo", "Audio", "Video", "Game", "Music"})) {
      grant(Kind::kSocket, "pulseaudio", "", "it is linked with sound libraries or is a player or a game");
    }
  }

  void add_network() {
    const bool is_for_network =
        has_category({"Network", "WebBrowser", "Email", "Chat", "InstantMessaging", "IRCClient", "FileTransfer", "P2P",
                      "RemoteAccess", "News", "Feed", "VideoConference", "Telephony"});
    if (is_for_network) {
      grant(Kind::kNetwork, "network", "internet", "its desktop entry says that it is a program for the network");
    } else {
      grant(Kind::kNetwork, "network", "none", "nothing says that it needs one");
    }
  }

  void add_inner_sandbox() {
    if (names_any(clues_.loaded, {"libwebkitgtk-6.0", "libwebkit2gtk-4.1", "libwebkit2gtk-4.0"}) ||
        names_any(clues_.required, {"gir1.2-webkit2-4.1", "gir1.2-webkit-6.0"})) {
      grant(Kind::kFeature, "nested-sandbox", "", "WebKit starts its web processes in a sandbox of its own");
    } else if (names_any(clues_.loaded, {"libQt5WebEngineCore", "libQt6WebEngineCore"}) ||
               names_any(clues_.required, {"python3-pyqt5.qtwebengine", "python3-pyqt6.qtwebengine"})) {
      grant(Kind::kFeature, "nested-userns", "", "Qt WebEngine starts its web processes in a sandbox of its own");
    }
  }

  void add_names() {
    std::set<std::string> names(clues_.bus_names.begin(), clues_.bus_names.end());
    for (const std::string& name : names) {
      const bool is_plain = AppId::parse(name).has_value();  // bus names are spelled alike
      if (!is_plain || bus_danger(name) != nullptr || (layer_.app && layer_.app->str() == name)) continue;
      grant(Kind::kSessionBus, name, "own", "a second start reaches the running program by it");
    }
    for (const std::string& name : std::set<std::string>(clues_.daemons.begin(), clues_.daemons.end())) {
      const bool is_safe = AppId::parse(name) && bus_danger(name) == nullptr;
      if (is_safe) grant(Kind::kSystemBus, name, "talk", "its own daemon, made from the same source");
    }
    for (const std::string& name : std::set<std::string>(clues_.services.begin(), clues_.services.end())) {
      const bool is_daemon = std::find(clues_.daemons.begin(), clues_.daemons.end(), name) != clues_.daemons.end();
      if (AppId::parse(name) && !is_daemon)
        grant(Kind::kSystemBus, name, "see", "it gives up where it finds no system bus");
    }
    if (has_category({"Player", "AudioVideo"})) grant(Kind::kFeature, "mpris", "", "media keys");
  }

  const Clues& clues_;
  Layer layer_;
};

}  // namespace

std::optional<Layer> derive(const Clues& clues) {
  return Deriver(clues).derive();
}

}  // namespace hutch::profile
