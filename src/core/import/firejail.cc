// Directives: firejail-profile(5). Firejail shows everything that is not denied, hutch nothing that is not granted:
// most lines deny what is not there.
#include <algorithm>
#include <array>
#include <set>

#include "base/i18n.h"
#include "base/text.h"
#include "core/import/writer.h"

namespace hutch::import {
namespace {

struct Rule {
  std::string_view name;  // the directive's first word, or its beginning with a '*' behind
  Verdict verdict;
  const char* reason;
};

constexpr const char* kHidden = N_("not visible anyway");
constexpr const char* kAlways = N_("always so");
constexpr const char* kNotGranted = N_("not granted");
constexpr const char* kNothing = N_("there is nothing like it here");

constexpr std::array kRules = {
    Rule{"blacklist", Verdict::kExact, kHidden},
    Rule{"blacklist-nolog", Verdict::kExact, kHidden},
    Rule{"nowhitelist", Verdict::kExact, kHidden},
    Rule{"read-only", Verdict::kExact, N_("what is not granted for writing is read-only or not there")},
    Rule{"mkdir", Verdict::kExact, N_("made in the app's own home")},
    Rule{"mkfile", Verdict::kExact, N_("made in the app's own home")},
    Rule{"private-tmp", Verdict::kExact, kAlways},
    Rule{"private-dev", Verdict::kExact, kAlways},
    Rule{"private-cache", Verdict::kExact, kAlways},
    Rule{"private-etc", Verdict::kApproximated, N_("the sandbox has an /etc of its own with what programs need")},
    Rule{"private-bin", Verdict::kApproximated, N_("all of /usr is visible, for reading")},
    Rule{"private-lib", Verdict::kApproximated, N_("all of /usr is visible, for reading")},
    Rule{"private-opt", Verdict::kApproximated, N_("nothing of it is visible unless it is granted")},
    Rule{"private-srv", Verdict::kApproximated, N_("nothing of it is visible unless it is granted")},
    Rule{"private-cwd", Verdict::kExact, kAlways},
    Rule{"disable-mnt", Verdict::kExact, kHidden},
    Rule{"tmpfs", Verdict::kExact, kHidden},
    Rule{"nodvd", Verdict::kExact, kNotGranted},
    Rule{"notv", Verdict::kExact, kNotGranted},
    Rule{"nou2f", Verdict::kExact, kNotGranted},
    Rule{"novideo", Verdict::kExact, kNotGranted},
    Rule{"noinput", Verdict::kExact, kNotGranted},
    Rule{"noprinters", Verdict::kExact, kNotGranted},
    Rule{"nosound", Verdict::kExact, kNotGranted},
    Rule{"no3d", Verdict::kExact, kNotGranted},
    Rule{"nodbus", Verdict::kExact, kNotGranted},
    Rule{"caps", Verdict::kExact, kAlways},
    Rule{"caps.drop", Verdict::kExact, kAlways},
    Rule{"caps.keep", Verdict::kApproximated, N_("no capability is kept")},
    Rule{"nonewprivs", Verdict::kExact, kAlways},
    Rule{"noroot", Verdict::kExact, kAlways},
    Rule{"nogroups", Verdict::kExact, kAlways},
    Rule{"ipc-namespace", Verdict::kExact, kAlways},
    Rule{"machine-id", Verdict::kExact, kAlways},
    Rule{"shell", Verdict::kExact, kAlways},
    Rule{"restrict-namespaces", Verdict::kExact, N_("closed unless nested-userns is granted")},
    Rule{"seccomp*", Verdict::kApproximated, N_("the system calls of hutch's own filter")},
    Rule{"protocol", Verdict::kApproximated, N_("the network mode decides")},
    Rule{"netlock", Verdict::kDropped, kNothing},
    Rule{"dbus-user", Verdict::kExact, N_("only names that are granted")},
    Rule{"dbus-system", Verdict::kExact, N_("only names that are granted")},
    Rule{"deterministic-shutdown", Verdict::kExact, kAlways},
    Rule{"deterministic-exit-code", Verdict::kExact, kAlways},
    Rule{"quiet", Verdict::kExact, ""},
    Rule{"name", Verdict::kDropped, N_("say --instance")},
    Rule{"memory-deny-write-execute", Verdict::kDropped, kNothing},
    Rule{"apparmor", Verdict::kDropped, N_("Landlock and namespaces take its place")},
    Rule{"tracelog", Verdict::kDropped, kNothing},
    Rule{"noexec", Verdict::kDropped, N_("programs may run from the app's own home")},
    Rule{"read-write", Verdict::kDropped, N_("nothing is widened")},
    Rule{"writable-*", Verdict::kDropped, N_("nothing is widened")},
    Rule{"keep-*", Verdict::kDropped, N_("nothing is widened")},
    Rule{"bind", Verdict::kDropped, kNothing},
    Rule{"hostname", Verdict::kApproximated, N_("the sandbox has a name of its own")},
    Rule{"join-or-start", Verdict::kDropped, N_("a second start is the program's own affair")},
    Rule{"allusers", Verdict::kDropped, N_("nothing is widened")},
    Rule{"apparmor-*", Verdict::kDropped, N_("Landlock and namespaces take its place")},
};

bool is_rule(const Rule& rule, std::string_view word) {
  if (rule.name.ends_with('*')) return word.starts_with(rule.name.substr(0, rule.name.size() - 1));
  return rule.name == word;
}

// A path of a profile in the words of hutch's grants; empty when there is none.
std::string place_of(std::string_view path) {
  struct Macro {
    std::string_view from;
    std::string_view to;
  };
  static constexpr std::array kMacros = {
      Macro{"${HOME}", "~"},
      Macro{"${DOWNLOADS}", "xdg-download"},
      Macro{"${DOCUMENTS}", "xdg-documents"},
      Macro{"${MUSIC}", "xdg-music"},
      Macro{"${PICTURES}", "xdg-pictures"},
      Macro{"${VIDEOS}", "xdg-videos"},
      Macro{"${DESKTOP}", "xdg-desktop"},
      Macro{"${TEMPLATES}", "xdg-templates"},
  };
  for (const Macro& macro : kMacros) {
    if (path.starts_with(macro.from)) return std::string(macro.to) + std::string(path.substr(macro.from.size()));
  }
  if (path.starts_with("~/") || path.starts_with('/')) return std::string(path);
  return {};
}

class Reader {
 public:
  Reader(Writer& writer, const Include& include) : writer_(writer), include_(include) {}

  void read(const std::string& text, const std::string& file, int depth) {
    std::uint32_t number = 0;
    for (const std::string_view raw : text::split(text, '\n')) {
      ++number;
      if (++lines_ > kLinesLimit) return;
      const std::string_view line = text::trim(raw);
      if (line.empty() || line.front() == '#') continue;
      writer_.at(file, number, std::string(line));
      read_line(std::string(line), depth);
    }
  }

  void finish() {
    if (!has_no_windows_) {
      writer_.imply("socket", "wayland", "Firejail leaves the screen open unless a line says otherwise");
      if (!has_no_3d_) writer_.imply("device", "dri", "Firejail leaves it open unless a line says otherwise");
      if (!has_no_sound_) writer_.imply("socket", "pulseaudio", "Firejail leaves it open unless a line says otherwise");
      for (const char* const portal : {"file-chooser", "open-uri", "settings"}) {
        writer_.imply("portal", portal, "asks you, in place of the files that Firejail shows");
      }
    }
    writer_.imply("network", has_no_network_ ? "none" : "internet",
                  has_no_network_ ? "the profile cuts it off" : "Firejail leaves the host's network open");
  }

 private:
  static std::pair<std::string, std::string> split_word(const std::string& line) {
    const std::size_t blank = line.find_first_of(" \t");
    if (blank == std::string::npos) return {line, ""};
    return {line.substr(0, blank), std::string(text::trim(line.substr(blank)))};
  }

  [[nodiscard]] bool is_ignored(const std::string& line) const {
    return std::any_of(ignored_.begin(), ignored_.end(),
                       [&](const std::string& text) { return line == text || line.starts_with(text + " "); });
  }

  void read_line(const std::string& line, int depth) {
    if (line.front() == '?') return writer_.note(Verdict::kDropped, N_("a condition of Firejail's"));
    if (is_ignored(line)) return writer_.note(Verdict::kExact, N_("taken back by an 'ignore'"));
    const auto [word, rest] = split_word(line);
    if (word == "ignore") {
      ignored_.insert(rest);
      return writer_.note(Verdict::kExact, "");
    }
    if (word == "include") return read_include(rest, depth);
    if (read_switch(word, rest) || read_files(word, rest) || read_bus(word, rest) || read_rest(word, rest)) return;
    for (const Rule& rule : kRules) {
      if (is_rule(rule, word)) return writer_.note(rule.verdict, rule.reason);
    }
    writer_.note(Verdict::kDropped, N_("not known"));
  }

  void read_include(const std::string& name, int depth) {
    const std::string base = name.substr(name.rfind('/') + 1);
    if (base.starts_with("disable-")) return writer_.note(Verdict::kExact, kHidden);
    if (base.starts_with("whitelist-")) {
      return writer_.note(Verdict::kApproximated, N_("the sandbox has fonts, themes and settings of the desktop"));
    }
    if (base.starts_with("allow-")) return writer_.note(Verdict::kExact, N_("all of /usr is visible"));
    const auto included = depth < kIncludeDepth ? include_(name) : std::nullopt;
    if (!included) {
      // Users write .local files; most do not.
      const bool is_optional = base.ends_with(".local");
      return writer_.note(is_optional ? Verdict::kExact : Verdict::kDropped,
                          is_optional ? N_("there is no such file") : N_("the file is missing or included too deeply"));
    }
    writer_.note(Verdict::kExact, "");
    read(included->text, included->file, depth + 1);
  }

  // Lines that close what is open otherwise; what they close is settled at the end.
  bool read_switch(const std::string& word, const std::string& rest) {
    if (word == "nosound") has_no_sound_ = true;
    if (word == "no3d") has_no_3d_ = true;
    if (word == "x11" && rest == "none") {
      has_no_windows_ = true;
      writer_.note(Verdict::kExact, kNotGranted);
      return true;
    }
    if (word == "protocol" && rest.find("inet") == std::string::npos) has_no_network_ = true;
    if (word == "net" && rest == "none") {
      has_no_network_ = true;
      writer_.note(Verdict::kExact, "");
      return true;
    }
    if (word == "net" || word.starts_with("netfilter") || word == "dns" || word.starts_with("ip")) {
      if (word.starts_with("ipc")) return false;
      writer_.note(word.starts_with("netfilter") ? Verdict::kApproximated : Verdict::kDropped,
                   N_("the network is 'internet': without the local one and this computer"));
      return true;
    }
    return false;
  }

  bool read_files(const std::string& word, const std::string& rest) {
    const bool is_allowed = word == "whitelist" || word == "whitelist-ro" || word == "noblacklist";
    if (!is_allowed) return false;
    const std::string place = place_of(rest);
    if (rest.find_first_of("*?[") != std::string::npos) {
      writer_.note(Verdict::kDropped, N_("patterns are not expanded"));
    } else if (place.starts_with("/usr/") || place.starts_with("/sys/") || rest.starts_with("${PATH}")) {
      writer_.note(Verdict::kExact, N_("visible, for reading"));
    } else if (place.starts_with("~/.")) {
      // A private home stands there: the app keeps its own settings, which it does not share with an unboxed one.
      (void)writer_.grant("persist", place.substr(2), Verdict::kApproximated, N_("in the app's own home"));
    } else if (place.starts_with("/var/") || place.starts_with("/run/") || place.starts_with("/tmp/") ||
               place.starts_with("/proc") || place.starts_with("/dev") || place.starts_with("/etc") || place.empty() ||
               place == "~" || place == "/") {
      writer_.note(Verdict::kDropped, N_("sockets, devices and settings have words of their own"));
    } else {
      const bool is_ro = word == "whitelist-ro" || !place.starts_with("xdg-");
      (void)writer_.grant("filesystem",
                          place + (is_ro && place.starts_with('/') ? ":ro"
                                   : word == "whitelist-ro"        ? ":ro"
                                                                   : ""),
                          word == "noblacklist" ? Verdict::kApproximated : Verdict::kExact,
                          word == "noblacklist" ? N_("granted, since everything else is hidden") : "");
    }
    return true;
  }

  bool read_bus(const std::string& word, const std::string& rest) {
    const bool is_session = word.starts_with("dbus-user.");
    if (!is_session && !word.starts_with("dbus-system.")) return false;
    const std::string verb = word.substr(word.find('.') + 1);
    const std::string bus = is_session ? "" : "system-";
    if (verb == "broadcast" || verb == "log") {
      writer_.note(Verdict::kDropped, N_("there is nothing like it here"));
    } else if (verb == "call") {
      (void)writer_.grant(bus + "call", rest);
    } else if (is_session && verb == "talk" && read_known_name(rest)) {
      return true;
    } else {
      (void)writer_.grant(bus + verb + "-name", rest);
    }
    return true;
  }

  bool read_known_name(const std::string& name) {
    struct Known {
      std::string_view name;
      const char* feature;
    };
    static constexpr std::array kKnown = {Known{"org.freedesktop.Notifications", "notifications"},
                                          Known{"org.kde.StatusNotifierWatcher", "tray"},
                                          Known{"org.freedesktop.secrets", "secrets"}};
    for (const Known& known : kKnown) {
      if (name != known.name) continue;
      (void)writer_.grant("allow", known.feature, Verdict::kApproximated, N_("only the calls this needs"));
      return true;
    }
    if (name == "ca.desrt.dconf" || name.starts_with("org.gtk.vfs")) {
      writer_.note(Verdict::kDropped, N_("it reaches other programs' settings or files; portals take its place"));
      return true;
    }
    if (name.starts_with("org.freedesktop.portal")) {
      writer_.note(Verdict::kApproximated, N_("the portals that are granted"));
      return true;
    }
    return false;
  }

  bool read_rest(const std::string& word, const std::string& rest) {
    if (word == "env") return writer_.grant("env", rest), true;
    if (word == "rmenv") return writer_.grant("unset-env", rest), true;
    if (word == "rlimit-nofile") return writer_.grant("nofile", rest), true;
    if (word == "allow-debuggers") return writer_.grant("allow", "ptrace"), true;
    const bool opens_chroot = word == "seccomp" && rest.find("!chroot") != std::string::npos;
    if (opens_chroot) {
      return writer_.grant("allow", "nested-userns", Verdict::kApproximated, N_("for the program's inner sandbox")),
             true;
    }
    if (word == "private" && rest.empty()) return writer_.note(Verdict::kExact, kAlways), true;
    return false;
  }

  Writer& writer_;
  const Include& include_;
  std::size_t lines_ = 0;
  std::set<std::string> ignored_;
  bool has_no_network_ = false;
  bool has_no_sound_ = false;
  bool has_no_3d_ = false;
  bool has_no_windows_ = false;
};

}  // namespace

Imported from_firejail(const std::string& text, const std::string& file, const ProfileName& id,
                       const Include& include) {
  Writer writer(id, file);
  Reader reader(writer, include);
  reader.read(text, file, 0);
  reader.finish();
  return std::move(writer).take();
}

}  // namespace hutch::import
