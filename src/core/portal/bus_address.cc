#include "core/portal/bus_address.h"

#include <optional>

#include "base/i18n.h"
#include "base/text.h"

namespace hutch::portal {

namespace {

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> unescape(std::string_view value) {
  std::string result;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '%') {
      result += value[i];
      continue;
    }
    if (i + 2 >= value.size()) return std::nullopt;
    const auto high = hex_digit(value[i + 1]);
    const auto low = hex_digit(value[i + 2]);
    if (!high || !low) return std::nullopt;
    result += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return result;
}

// The bytes that may stand in an address unescaped.
bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("-_/\\.*").find(c) != std::string_view::npos;
}

std::optional<BusAddress> parse_entry(std::string_view entry, const HostPath& runtime_directory) {
  constexpr std::string_view kUnix = "unix:";
  if (!entry.starts_with(kUnix)) return std::nullopt;
  for (const std::string_view pair : text::split(entry.substr(kUnix.size()), ',')) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = pair.substr(0, equals);
    const auto value = unescape(pair.substr(equals + 1));
    if (!value) return std::nullopt;
    if (key == "path") {
      const auto path = HostPath::parse(*value);
      if (!path) return std::nullopt;
      return BusAddress{.is_abstract = false, .path = *path, .abstract = {}};
    }
    if (key == "abstract" && !value->empty() && value->find('\0') == std::string::npos) {
      return BusAddress{.is_abstract = true, .path = {}, .abstract = *value};
    }
    if (key == "runtime" && *value == "yes") {
      return BusAddress{.is_abstract = false, .path = runtime_directory / "bus", .abstract = {}};
    }
  }
  return std::nullopt;
}

}  // namespace

Result<BusAddress> parse_bus_address(std::string_view address, const HostPath& runtime_directory) {
  for (const std::string_view entry : text::split(address, ';')) {
    if (auto found = parse_entry(entry, runtime_directory)) return *found;
  }
  return failure(
      ErrorKind::kUnavailable,
      text::format(_("cannot use the bus at '%s': it is not a unix socket"), text::printable(address).c_str()),
      _("set DBUS_SESSION_BUS_ADDRESS to a 'unix:path=' address, or start the session with a user bus"));
}

std::string format_bus_address(const BusAddress& address) {
  std::string result = address.is_abstract ? "unix:abstract=" : "unix:path=";
  for (const char c : address.is_abstract ? address.abstract : address.path.str()) {
    result += is_plain(c) ? std::string(1, c) : text::format("%%%02x", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace hutch::portal
