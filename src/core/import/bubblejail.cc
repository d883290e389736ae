// Services of bubblejail 0.10 (its services.toml): a table a service.
#include <array>

#include "base/i18n.h"
#include "base/text.h"
#include "core/import/writer.h"
#include "core/profile/document.h"
#include "core/profile/parse.h"

namespace hutch::import {
namespace {

struct Service {
  std::string_view name;
  const char* flag;
  const char* value;
  Verdict verdict = Verdict::kExact;
  const char* reason = "";
};

constexpr std::array kServices = {
    Service{"wayland", "socket", "wayland"},
    Service{"x11", "socket", "x11"},
    Service{"network", "network", "private", Verdict::kApproximated,
            N_("bubblejail means the host's own network; private is without its services")},
    Service{"slirp4netns", "network", "private"},
    Service{"pasta_network", "network", "private"},
    Service{"pulse_audio", "socket", "pulseaudio"},
    Service{"pipewire", "socket", "pipewire"},
    Service{"direct_rendering", "device", "dri"},
    Service{"systray", "allow", "tray"},
    Service{"notify", "allow", "notifications"},
    Service{"joystick", "device", "input", Verdict::kApproximated,
            N_("all input devices, as far as you may read them")},
    Service{"v4l", "device", "camera"},
    Service{"ibus", "allow", "ime"},
    Service{"fcitx", "allow", "ime"},
    Service{"gamemode", "allow", "gamemode"},
    Service{"gnome_toolkit", "portal", "settings", Verdict::kApproximated, N_("settings come through the portal")},
    Service{"namespaces_limits", "allow", "nested-userns", Verdict::kApproximated, N_("limits are not counted")},
    Service{"mpris", "allow", "mpris", Verdict::kApproximated, N_("under the app's own names")},
    Service{"xdg_desktop_portal", "portal", "file-chooser", Verdict::kApproximated, N_("name more portals as needed")},
};

class Reader {
 public:
  Reader(const std::string& file, Writer& writer) : file_(file), writer_(writer) {}

  void read(const profile::Node& root) {
    for (const auto& [key, node] : root.entries) {
      writer_.at(file_, key.place.line, "[" + key.text + "]");
      if (!node.is_table()) {
        writer_.note(Verdict::kDropped, N_("no service"));
      } else if (key.text == "home_share") {
        read_paths(node, "home_paths", "~/", "");
      } else if (key.text == "root_share") {
        read_paths(node, "paths", "", "");
        read_paths(node, "read_only_paths", "", ":ro");
      } else if (key.text == "common") {
        read_common(node);
      } else {
        read_service(key.text);
      }
    }
  }

 private:
  void read_service(const std::string& name) {
    for (const Service& service : kServices) {
      if (service.name != name) continue;
      (void)writer_.grant(service.flag, service.value, service.verdict, service.reason);
      return;
    }
    writer_.note(Verdict::kDropped, N_("there is nothing like it here"));
  }

  void read_paths(const profile::Node& table, std::string_view key, const std::string& before, const char* access) {
    const profile::Node* const list = table.get(key);
    if (list == nullptr) return;
    for (const profile::Node& item : list->items) {
      writer_.at(file_, item.place.line, std::string(key) + ": " + item.text);
      if (item.type != profile::Node::Type::kText) {
        writer_.note(Verdict::kDropped, N_("no path"));
        continue;
      }
      std::string path = before + item.text;
      for (std::size_t at = path.find(':'); at != std::string::npos; at = path.find(':', at + 2)) path.insert(at, "\\");
      (void)writer_.grant("filesystem", path + access);
    }
  }

  void read_common(const profile::Node& table) {
    for (const auto& [key, node] : table.entries) {
      writer_.at(file_, key.place.line, "common." + key.text);
      if (key.text == "dbus_name" && node.type == profile::Node::Type::kText) {
        if (!node.text.empty()) (void)writer_.grant("own-name", node.text);
      } else {
        writer_.note(Verdict::kDropped, N_("the command line and the sandbox decide"));
      }
    }
  }

  const std::string& file_;
  Writer& writer_;
};

}  // namespace

Result<Imported> from_bubblejail(const std::string& text, const std::string& file, const ProfileName& id) {
  const profile::Document document = TRY(profile::read_toml(text, file));
  Writer writer(id, file);
  Reader(file, writer).read(document.root);
  return std::move(writer).take();
}

}  // namespace hutch::import
