#include <algorithm>
#include <array>
#include <charconv>

#include "base/i18n.h"
#include "base/text.h"
#include "core/desktop/desktop.h"
#include "core/desktop/device_files.h"
#include "core/desktop/host_file.h"

namespace hutch::desktop {
namespace {

HostPath literal(const char* path) {
  return HostPath::literal(path);
}

// Render nodes suffice to draw; the card nodes can also set modes, so they are passed only where there is nothing else.
void graphics(const facts::Facts& facts, DeviceFiles& files) {
  const auto is_render = [](const HostPath& node) { return node.name().starts_with("renderD"); };
  const auto is_card = [](const HostPath& node) { return node.name().starts_with("card"); };
  const bool has_render = std::any_of(facts.gpu_nodes.begin(), facts.gpu_nodes.end(), is_render);
  for (const HostPath& node : facts.gpu_nodes) {
    if (is_card(node) && has_render) continue;
    files.nodes.push_back(node);
    if (is_card(node) || is_render(node)) files.system.push_back(literal("/sys/class/drm") / node.name() / "device");
  }
  if (facts.gpu_nodes.empty()) return;
  for (const char* const path : {"/sys/class/drm", "/sys/dev/char", "/sys/module/nvidia"}) {
    files.system.push_back(literal(path));
  }
}

// Nodes of one class that are there at the start, each with its device in /sys.
void of_class(const std::vector<HostPath>& nodes, const char* name, DeviceFiles& files) {
  const HostPath directory = literal("/sys/class") / name;
  for (const HostPath& node : nodes) {
    files.nodes.push_back(node);
    files.system.push_back(directory / node.name() / "device");
  }
  if (nodes.empty()) return;
  files.system.push_back(directory);
  files.system.push_back(literal("/sys/dev/char"));
}

// "usb:VENDOR:PRODUCT" in hexadecimal.
bool matches(const facts::UsbDevice& device, std::string_view name) {
  const auto parts = text::split(name, ':');
  if (parts.size() != 3) return false;
  const auto is = [](std::string_view digits, std::uint16_t expected) {
    std::uint16_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return error == std::errc() && end == digits.data() + digits.size() && value == expected;
  };
  return is(parts[1], device.vendor) && is(parts[2], device.product);
}

void all_devices(const facts::Facts& facts, DeviceFiles& files) {
  // What the sandbox's own /dev holds already, and what belongs to the host's terminals and memory.
  constexpr std::array kOwn = {"console", "core", "fd",     "full",  "log",    "mqueue", "null",    "ptmx", "pts",
                               "random",  "shm",  "stderr", "stdin", "stdout", "tty",    "urandom", "zero"};
  const HostPath directory = literal("/dev");
  const auto listing = facts.listings.find(directory);
  if (listing == facts.listings.end()) return;
  for (const std::string& name : listing->second) {
    if (std::find(kOwn.begin(), kOwn.end(), name) == kOwn.end()) files.nodes.push_back(directory / name);
  }
  for (const char* const path : {"/sys/block", "/sys/bus", "/sys/class", "/sys/dev", "/sys/devices", "/sys/module"}) {
    files.system.push_back(literal(path));
  }
}

}  // namespace

bool wants_all_devices(const profile::Profile& profile) {
  return profile.has(profile::Kind::kDevice, "all");
}

DeviceFiles device_files(const profile::Profile& profile, const facts::Facts& facts) {
  DeviceFiles files;
  const auto has = [&](const char* name) { return profile.has(profile::Kind::kDevice, name); };
  if (wants_all_devices(profile)) {
    all_devices(facts, files);
    if (has("shm")) files.nodes.push_back(literal("/dev/shm"));
    return files;
  }
  if (has("dri")) graphics(facts, files);
  if (has("camera")) of_class(facts.camera_nodes, "video4linux", files);
  if (has("u2f")) of_class(facts.u2f_nodes, "hidraw", files);
  if (has("input")) {  // as a directory: game controllers come and go
    files.nodes.push_back(literal("/dev/input"));
    files.system.push_back(literal("/sys/class/input"));
    files.system.push_back(literal("/sys/devices"));
  }
  if (has("usb")) {
    files.nodes.push_back(literal("/dev/bus/usb"));
    files.system.push_back(literal("/sys/bus/usb"));
    files.system.push_back(literal("/sys/devices"));
  }
  for (const profile::Grant* const grant : profile.all(profile::Kind::kDevice)) {
    for (const facts::UsbDevice& device : facts.usb_devices) {
      if (!matches(device, grant->name)) continue;
      files.nodes.push_back(device.node);
      files.system.push_back(device.sysfs);
      files.system.push_back(literal("/sys/bus/usb"));
    }
  }
  if (has("shm")) files.nodes.push_back(literal("/dev/shm"));
  if (has("kvm")) files.nodes.push_back(literal("/dev/kvm"));
  return files;
}

Result<Part> devices(const profile::Profile& profile, const facts::Facts& facts, const Place&) {
  Part part;
  const DeviceFiles files = device_files(profile, facts);
  for (const HostPath& node : files.nodes) {
    const facts::PathFact* const fact = facts.find(node);
    if (fact == nullptr || !fact->real.is_below(literal("/dev"))) continue;
    auto bind = bind_of(facts, node, same_in_box(node), plan::BindAccess::kReadWrite);
    bind->devices = true;
    part.steps.emplace_back(std::move(*bind));
  }
  std::vector<HostPath> shown;
  for (const HostPath& path : files.system) {
    const facts::PathFact* const fact = facts.find(path);
    if (fact != nullptr && fact->real.is_below(literal("/sys"))) shown.push_back(path);
  }
  const auto real = [&](const HostPath& path) -> const HostPath& { return facts.find(path)->real; };
  std::sort(shown.begin(), shown.end(), [&](const HostPath& a, const HostPath& b) { return real(a) < real(b); });
  std::optional<HostPath> covering;
  for (const HostPath& path : shown) {
    if (covering && real(path).is_at_or_below(*covering)) continue;
    covering = real(path);
    part.steps.emplace_back(*bind_of(facts, path, same_in_box(real(path)), plan::BindAccess::kReadOnly));
  }
  return part;
}

}  // namespace hutch::desktop
