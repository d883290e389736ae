// D-Bus server addresses ("unix:path=/run/user/1000/bus;...", D-Bus specification, "Server Addresses").
#pragma once

#include <string>
#include <string_view>

#include "base/path.h"

namespace hutch::portal {

// A bus on this machine: a socket file, or an abstract name, which lives in the network namespace (unix(7)).
struct BusAddress {
  bool is_abstract = false;
  HostPath path;         // when not abstract
  std::string abstract;  // without the leading NUL
  bool operator==(const BusAddress&) const = default;
};

// The first entry that is a unix socket with a path, an abstract name or "runtime=yes". Other transports (tcp, exec,
// autolaunch) are refused: the proxy's sandbox could not reach them.
[[nodiscard]] Result<BusAddress> parse_bus_address(std::string_view address, const HostPath& runtime_directory);
// One entry, escaped, with nothing but the socket.
[[nodiscard]] std::string format_bus_address(const BusAddress& address);

}  // namespace hutch::portal
