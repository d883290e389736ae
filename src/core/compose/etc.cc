#include "core/compose/etc.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "core/compose/hash.h"
#include "core/compose/home.h"
#include "core/desktop/host_file.h"

namespace hutch::compose {
namespace {

// Read by programs of every kind.
constexpr std::array kAllowed = {
    // loader, locale, terminal
    "alternatives",
    "inputrc",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "locale.alias",
    "locale.conf",
    "terminfo",
    "debian_version",
    "os-release",
    // names of protocols and services, address selection
    "ethertypes",
    "gai.conf",
    "host.conf",
    "networks",
    "protocols",
    "rpc",
    "services",
    // trust
    "ca-certificates",
    "ca-certificates.conf",
    "crypto-policies",
    "pkcs11",
    "pki",
    "ssl/certs",
    "ssl/openssl.cnf",
    // what the files of the system mean, and its languages' libraries
    "mailcap",
    "mime.types",
    "papersize",
    "perl",
    "python3",
    "ImageMagick-6",
    "ImageMagick-7",
    "dictionaries-common",
};
// Read by programs with windows, sound or printing.
constexpr std::array kDesktop = {
    "X11/xkb", "alsa",    "asound.conf", "drirc", "fonts",  "glvnd", "gtk-2.0",
    "gtk-3.0", "gtk-4.0", "OpenCL",      "pulse", "vulkan", "xdg",
};

// nss modules beyond these ask services that are not there.
constexpr const char* kNameServices =
    "passwd: files\ngroup: files\nshadow: files\ngshadow: files\nhosts: files dns\nnetworks: files\nprotocols: files\n"
    "services: files\nethers: files\nrpc: files\n";
constexpr const char* kHosts = "127.0.0.1 localhost hutch\n::1 localhost ip6-localhost ip6-loopback\n";
constexpr std::uint32_t kOverflowId = 65534;  // what unmapped ids look like, user_namespaces(7)

// A field of passwd(5).
std::string field(std::string_view text) {
  std::string clean(text);
  const auto is_bad = [](char c) { return c == ':' || c == '\n' || c == '\r' || c == '\0'; };
  std::replace_if(clean.begin(), clean.end(), is_bad, ' ');
  return clean;
}

std::string passwd(const facts::User& user) {
  return text::format("%s:x:%u:%u:%s:%s:%s\nnobody:x:%u:%u:nobody:/nonexistent:/usr/sbin/nologin\n",
                      field(user.name).c_str(), user.uid, user.gid, field(user.full_name).c_str(),
                      field(user.home.str()).c_str(), field(user.shell.str()).c_str(), kOverflowId, kOverflowId);
}

std::string group(const facts::User& user) {
  return text::format("%s:x:%u:\nnogroup:x:%u:\n", field(user.group).c_str(), user.gid, kOverflowId);
}

bool is_desktop_program(const Scene& scene) {
  return scene.display.wants_any || scene.profile.has(profile::Kind::kSocket, "pulseaudio");
}

class Etc {
 public:
  explicit Etc(const Scene& scene) : scene_(scene) {}

  // The host's own, at the same place. What leads into /usr is a link inside as well: it costs no mount.
  void show(const char* name) {
    const HostPath path = directory_ / name;
    const facts::PathFact* const fact = scene_.facts.find(path);
    if (fact == nullptr) return;
    if (fact->real.is_below(HostPath::literal("/usr"))) {
      steps_.emplace_back(plan::Symlink{.target = same_in_box(path), .points_to = fact->real.str()});
      return;
    }
    auto bind = desktop::bind_of(scene_.facts, path, same_in_box(path), plan::BindAccess::kReadOnly);
    bind->executable = false;
    steps_.emplace_back(std::move(*bind));
  }
  void write(const char* name, std::string content) {
    steps_.emplace_back(
        plan::File{.target = same_in_box(directory_ / name), .content = std::move(content), .mode = 0444});
  }
  void link(const char* name, std::string points_to) {
    steps_.emplace_back(plan::Symlink{.target = same_in_box(directory_ / name), .points_to = std::move(points_to)});
  }
  std::vector<plan::Step> take() && { return std::move(steps_); }

 private:
  const Scene& scene_;
  const HostPath directory_ = HostPath::literal("/etc");
  std::vector<plan::Step> steps_;
};

void add_time_zone(const Scene& scene, Etc& etc) {
  const auto& zone = scene.facts.timezone;
  const auto file = zone ? HostPath::literal("/usr/share/zoneinfo").join(*zone) : Result<HostPath>();
  if (!zone || !file || file->str() != "/usr/share/zoneinfo/" + *zone) {
    etc.show("localtime");
    return;
  }
  etc.link("localtime", file->str());
  etc.write("timezone", *zone + "\n");
}

}  // namespace

std::string machine_id(const Scene& scene) {
  const HashKey key = key_from_hex(scene.facts.machine_id);
  return hex(keyed_hash(key, "hutch machine id\n" + box_directory(scene).str()));
}

std::vector<plan::Step> etc(const Scene& scene, const network::NetworkPlan& network) {
  Etc etc(scene);
  for (const char* const name : kAllowed) etc.show(name);
  for (const char* const name : kDesktop) {
    if (is_desktop_program(scene)) etc.show(name);
  }
  etc.write("passwd", passwd(scene.facts.user));
  etc.write("group", group(scene.facts.user));
  etc.write("nsswitch.conf", kNameServices);
  etc.write("machine-id", machine_id(scene) + "\n");
  etc.link("mtab", "../proc/self/mounts");
  add_time_zone(scene, etc);
  if (network.mode == "none") {
    etc.write("hosts", kHosts);
  } else {
    etc.show("hosts");
  }
  if (!network.resolv_conf.empty()) etc.write("resolv.conf", network.resolv_conf);
  std::vector<plan::Step> steps = std::move(etc).take();
  steps.emplace_back(
      plan::Symlink{.target = BoxPath::literal("/var/lib/dbus/machine-id"), .points_to = "../../../etc/machine-id"});
  return steps;
}

std::vector<HostPath> paths_of_etc(const Scene& scene) {
  std::vector<HostPath> paths;
  const HostPath directory = HostPath::literal("/etc");
  for (const char* const name : kAllowed) paths.push_back(directory / name);
  for (const char* const name : kDesktop) {
    if (is_desktop_program(scene)) paths.push_back(directory / name);
  }
  for (const char* const name : {"hosts", "localtime"}) paths.push_back(directory / name);
  return paths;
}

}  // namespace hutch::compose
