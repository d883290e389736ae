#include "host/private_bus.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/i18n.h"
#include "base/text.h"
#include "os/file.h"
#include "os/pipe.h"

namespace hutch::host {
namespace {

constexpr int kReadyDescriptor = 3;

// No services, no policy: everybody may say anything, so that whatever is held back was held back by the proxy.
constexpr const char* kConfiguration =
    R"(<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
)";

Result<HostPath> make_directory(const HostPath& parent) {
  std::string path = parent.str() + "/hutch-bus-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return unexpected(system_error(errno, text::format(_("cannot make a directory in '%s'"), parent.c_str())));
  }
  return HostPath::parse(path);
}

Result<Helper> start_daemon(const HostPath& directory) {
  const HostPath program = HostPath::literal("/usr/bin/dbus-daemon");
  if (!os::exists(program)) return failure(ErrorKind::kUnavailable, _("there is no dbus-daemon"));
  const std::string configuration = text::format(kConfiguration, (directory / "bus").c_str());
  TRY(os::replace_file(directory / "bus.conf", configuration, 0600));
  os::Pipe ready = TRY(os::make_pipe());
  Helper daemon = TRY(start_helper("dbus-daemon", {.program = program,
                                                   .arguments = {"dbus-daemon", "--nofork", "--nopidfile",
                                                                 "--config-file=" + (directory / "bus.conf").str(),
                                                                 text::format("--print-address=%d", kReadyDescriptor)},
                                                   .descriptors = {{ready.write.get(), kReadyDescriptor}}}));
  ready.write.reset();
  TRY(await_ready(daemon, ready.read.get()));
  return daemon;
}

}  // namespace

Result<PrivateBus> PrivateBus::start(const HostPath& parent) {
  HostPath directory = TRY(make_directory(parent));
  auto daemon = start_daemon(directory);
  if (!daemon) {
    (void)os::remove_tree(directory);  // clearing up after an error
    return unexpected(std::move(daemon).error());
  }
  return PrivateBus(std::move(directory), std::move(*daemon));
}

PrivateBus::PrivateBus(PrivateBus&& other) noexcept
    : directory_(std::exchange(other.directory_, HostPath())),
      daemon_(std::move(other.daemon_)),
      proxy_(std::move(other.proxy_)),
      life_(std::move(other.life_)) {}

PrivateBus::~PrivateBus() {
  if (!directory_.is_root())
    (void)os::remove_tree(directory_);  // what is left behind is a few files in a private place
}

Status PrivateBus::start_proxy(const HostPath& program, const std::vector<std::string>& options) {
  os::Pipe ready = TRY(os::make_pipe());
  std::vector<std::string> arguments{"xdg-dbus-proxy", text::format("--fd=%d", kReadyDescriptor),
                                     "unix:path=" + bus_socket().str(), proxy_socket().str()};
  arguments.insert(arguments.end(), options.begin(), options.end());
  proxy_.reset();
  (void)::unlink(proxy_socket().c_str());  // of the proxy before this one; there may have been none
  proxy_ = TRY(start_helper(
      "xdg-dbus-proxy",
      {.program = program, .arguments = std::move(arguments), .descriptors = {{ready.write.get(), kReadyDescriptor}}}));
  ready.write.reset();
  life_ = std::move(ready.read);
  return await_ready(*proxy_, life_.get());
}

}  // namespace hutch::host
