#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "host/probe.h"
#include "host/probe_parts.h"
#include "os/file.h"

namespace hutch::host {
namespace {

bool has_number_after(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) && text::parse_number(name.substr(prefix.size()), 1u << 20).has_value();
}

std::vector<std::string> names_in(const HostPath& directory) {
  auto names = os::list_directory(directory);
  if (!names) return {};
  return std::move(*names);
}

// A hidraw node belongs to a FIDO token when its report descriptor opens with usage page 0xF1D0 (HID tables, FIDO
// Alliance page): bytes 06 D0 F1.
bool is_fido(const std::string& name) {
  const HostPath descriptor = HostPath::literal("/sys/class/hidraw") / name / "device/report_descriptor";
  const auto bytes = os::read_file(descriptor, 4096);
  return bytes && bytes->starts_with("\x06\xd0\xf1");
}

std::optional<std::uint16_t> read_hexadecimal(const HostPath& path) {
  const auto content = os::read_file(path, 4096);
  if (!content) return std::nullopt;
  const std::string_view digits = text::trim(*content);
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

std::optional<unsigned long long> read_decimal(const HostPath& path) {
  const auto content = os::read_file(path, 4096);
  return content ? text::parse_number(text::trim(*content), 999) : std::nullopt;
}

std::optional<HostPath> real_path(const HostPath& path) {
  facts::Facts looked;
  look_up(looked, {path});
  const facts::PathFact* const fact = looked.find(path);
  return fact == nullptr ? std::nullopt : std::optional(fact->real);
}

// proc(5), net/route: interface, destination, gateway, flags, three counters, mask. net/ipv6_route: destination, its
// prefix length, ..., interface; the kernel's own refusals stand on lo.
bool has_default_route() {
  constexpr std::size_t kLimit = 4u << 20;
  const auto lines_of = [](const char* path) -> std::vector<std::vector<std::string>> {
    std::vector<std::vector<std::string>> lines;
    const std::string content = os::read_file(HostPath::literal(path), kLimit).value_or("");
    for (const std::string_view line : text::split(content, '\n')) {
      std::vector<std::string> fields;
      std::string spaced(line);
      std::replace(spaced.begin(), spaced.end(), '\t', ' ');
      for (const std::string_view field : text::split(spaced, ' ')) {
        if (!field.empty()) fields.emplace_back(field);
      }
      lines.push_back(std::move(fields));
    }
    return lines;
  };
  for (const auto& fields : lines_of("/proc/net/route")) {
    if (fields.size() > 7 && fields[1] == "00000000" && fields[7] == "00000000") return true;
  }
  for (const auto& fields : lines_of("/proc/net/ipv6_route")) {
    if (fields.size() > 9 && fields[0].find_first_not_of('0') == std::string::npos && fields[1] == "00" &&
        fields.back() != "lo") {
      return true;
    }
  }
  return false;
}

}  // namespace

void probe_devices(facts::Facts& facts) {
  const HostPath devices = HostPath::literal("/dev");
  for (const std::string& name : names_in(devices / "dri")) {
    if (has_number_after(name, "renderD") || has_number_after(name, "card")) {
      facts.gpu_nodes.push_back(devices / "dri" / name);
    }
  }
  for (const std::string& name : names_in(devices)) {
    const bool is_gpu = has_number_after(name, "nvidia") || has_number_after(name, "mali") || name == "kfd" ||
                        name == "nvidiactl" || name == "nvidia-modeset" || name == "nvidia-uvm" ||
                        name == "nvidia-uvm-tools";
    if (is_gpu) facts.gpu_nodes.push_back(devices / name);
    if (has_number_after(name, "video") || has_number_after(name, "media")) {
      facts.camera_nodes.push_back(devices / name);
    }
    if (has_number_after(name, "hidraw") && is_fido(name)) facts.u2f_nodes.push_back(devices / name);
  }
  for (const std::string& name : names_in(devices / "input")) {
    if (has_number_after(name, "event") || has_number_after(name, "js")) {
      facts.input_nodes.push_back(devices / "input" / name);
    }
  }
}

void look_at_network(facts::Facts& facts) {
  // socket(2) asks the kernel to load the family's module, so this is not done for every run.
  const os::Fd xfrm(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_XFRM));
  facts.kernel.has_xfrm = static_cast<bool>(xfrm);
  facts.has_default_route = has_default_route();
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return;
  facts.host_addresses.clear();
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    const int family = entry->ifa_addr->sa_family;
    const void* address = nullptr;
    if (family == AF_INET) address = &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr;
    if (family == AF_INET6) address = &reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr)->sin6_addr;
    char text[INET6_ADDRSTRLEN];
    if (address == nullptr || ::inet_ntop(family, address, text, sizeof text) == nullptr) continue;
    facts.host_addresses.emplace_back(text);
  }
  ::freeifaddrs(list);
  std::sort(facts.host_addresses.begin(), facts.host_addresses.end());
  const auto end = std::unique(facts.host_addresses.begin(), facts.host_addresses.end());
  facts.host_addresses.erase(end, facts.host_addresses.end());
}

void look_at_usb(facts::Facts& facts) {
  const HostPath all = HostPath::literal("/sys/bus/usb/devices");
  facts.usb_devices.clear();
  for (const std::string& name : names_in(all)) {
    const HostPath device = all / name;
    const auto vendor = read_hexadecimal(device / "idVendor");
    const auto product = read_hexadecimal(device / "idProduct");
    const auto bus = read_decimal(device / "busnum");
    const auto number = read_decimal(device / "devnum");
    const auto real = real_path(device);
    if (!vendor || !product || !bus || !number || !real) continue;  // an interface, not a device
    facts.usb_devices.push_back(
        facts::UsbDevice{.vendor = *vendor,
                         .product = *product,
                         .node = HostPath::literal("/dev/bus/usb") / text::format("%03llu/%03llu", *bus, *number),
                         .sysfs = *real});
  }
}

}  // namespace hutch::host
