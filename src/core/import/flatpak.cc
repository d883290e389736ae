// Groups and keys: flatpak-metadata(5).
#include <array>

#include "base/i18n.h"
#include "base/text.h"
#include "core/import/writer.h"

namespace hutch::import {
namespace {

class Reader {
 public:
  Reader(const std::string& file, Writer& writer) : file_(file), writer_(writer) {}

  void read(const std::string& text) {
    std::uint32_t number = 0;
    for (const std::string_view raw : text::split(text, '\n')) {
      if (++number > kLinesLimit) return;
      const std::string_view line = text::trim(raw);
      if (line.empty() || line.front() == '#') continue;
      if (line.front() == '[' && line.back() == ']') {
        group_ = line.substr(1, line.size() - 2);
        continue;
      }
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos) continue;
      read_key(number, std::string(text::trim(line.substr(0, equals))),
               std::string(text::trim(line.substr(equals + 1))));
    }
  }

 private:
  void read_key(std::uint32_t number, const std::string& key, const std::string& value) {
    const auto start = [&](const std::string& entry) { writer_.at(file_, number, key + "=" + entry); };
    start(value);
    if (group_ == "Application" || group_ == "Runtime") return read_application(key, value);
    if (group_ == "Session Bus Policy") return read_bus(key, value, "");
    if (group_ == "System Bus Policy") return read_bus(key, value, "system-");
    if (group_ == "Environment") {
      (void)writer_.grant("env", key + "=" + value);
      return;
    }
    if (group_ != "Context")
      return writer_.note(Verdict::kDropped, N_("this group says nothing about permissions here"));
    for (const std::string_view part : text::split(value, ';')) {
      const std::string entry(text::trim(part));
      if (entry.empty()) continue;
      start(entry);
      read_context(key, entry);
    }
  }

  void read_application(const std::string& key, const std::string& value) {
    if (key != "name") return writer_.note(Verdict::kDropped, N_("programs of this computer need no runtime"));
    auto app = AppId::parse(value);
    if (!app) return writer_.note(Verdict::kDropped, N_("no application id"));
    writer_.layer().app = std::move(*app);
    writer_.note(Verdict::kExact, "");
  }

  void read_bus(const std::string& name, const std::string& policy, const std::string& bus) {
    if (policy == "none") return writer_.note(Verdict::kExact, N_("not granted anyway"));
    if (policy == "talk" && bus.empty()) {
      if (name == "org.freedesktop.Notifications") {
        return narrow("allow", "notifications", N_("only the calls that show notifications"));
      }
      if (name == "org.kde.StatusNotifierWatcher") {
        return narrow("allow", "tray", N_("only the calls that an icon in the panel needs"));
      }
      if (name == "org.freedesktop.secrets") return narrow("allow", "secrets", N_("the same under its own word"));
    }
    (void)writer_.grant(bus + policy + "-name", name);
  }

  void narrow(const char* flag, const char* value, const char* reason) {
    (void)writer_.grant(flag, value, Verdict::kApproximated, reason);
  }

  void read_context(const std::string& key, const std::string& entry) {
    const bool is_negative = entry.front() == '!';
    const std::string name = is_negative ? entry.substr(1) : entry;
    if (key == "shared" && name == "network" && !is_negative) {
      return narrow("network", "private", N_("Flatpak means the host's own network; private is without its services"));
    }
    struct Word {
      const char* key;
      const char* grant;
      const char* revoke;
    };
    static constexpr std::array kWords = {
        Word{"shared", "share", "unshare"},         Word{"sockets", "socket", "nosocket"},
        Word{"devices", "device", "nodevice"},      Word{"filesystems", "filesystem", "nofilesystem"},
        Word{"features", "allow", "disallow"},      Word{"persistent", "persist", ""},
        Word{"unset-environment", "unset-env", ""},
    };
    for (const Word& word : kWords) {
      if (key != word.key) continue;
      const char* const flag = is_negative ? word.revoke : word.grant;
      if (*flag != '\0') {
        (void)writer_.grant(flag, name);
        return;
      }
    }
    writer_.note(Verdict::kDropped, N_("there is nothing like it here"));
  }

  const std::string& file_;
  Writer& writer_;
  std::string group_;
};

}  // namespace

Imported from_flatpak(const std::string& text, const std::string& file, const ProfileName& id) {
  Writer writer(id, file);
  Reader(file, writer).read(text);
  for (const char* const portal : {"file-chooser", "open-uri", "notification", "settings", "print", "inhibit"}) {
    writer.imply("portal", portal, "every Flatpak has the portals");
  }
  return std::move(writer).take();
}

}  // namespace hutch::import
