// A dbus-daemon of our own and xdg-dbus-proxy before it, in a directory that goes with them: what `doctor` probes a
// proxy on, and tests use.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/path.h"
#include "host/helper.h"

namespace hutch::host {

class PrivateBus {
 public:
  // Makes a directory below `parent`. kUnavailable when there is no dbus-daemon.
  [[nodiscard]] static Result<PrivateBus> start(const HostPath& parent);
  PrivateBus(PrivateBus&& other) noexcept;
  PrivateBus& operator=(PrivateBus&&) = delete;
  ~PrivateBus();

  // A proxy with these options, listening; it takes the place of the one before.
  [[nodiscard]] Status start_proxy(const HostPath& program, const std::vector<std::string>& options);
  [[nodiscard]] HostPath bus_socket() const { return directory_ / "bus"; }
  [[nodiscard]] HostPath proxy_socket() const { return directory_ / "proxy"; }

 private:
  PrivateBus(HostPath directory, Helper daemon) : directory_(std::move(directory)), daemon_(std::move(daemon)) {}
  HostPath directory_;  // "/" once moved from
  Helper daemon_;
  std::optional<Helper> proxy_;
  os::Fd life_;  // closing it ends the proxy
};

}  // namespace hutch::host
