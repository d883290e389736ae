#include "host/bus_proxy.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/plan/channel.h"
#include "core/plan/wire.h"
#include "core/seccomp/policy.h"
#include "host/seccomp_compile.h"
#include "os/file.h"
#include "os/memfile.h"

namespace hutch::host {

namespace {

constexpr mode_t kDirectoryMode = 0700;

Result<Helper> start(const char* name, const plan::Sandbox& confined, const HostPath& launcher, int life, int log) {
  const std::string filter = TRY(compile_seccomp(seccomp::policy_for_helper()));
  const os::Fd seccomp = TRY(os::make_sealed_file("hutch-seccomp", filter));
  const os::Fd sandbox = TRY(os::make_sealed_file("hutch-sandbox", plan::encode(confined)));
  const os::Fd program = TRY(os::open_path(launcher, O_RDONLY));
  os::SpawnOptions options{.program = launcher,
                           .arguments = {"hutch-launch", plan::kModeHelper},
                           .descriptors = {{sandbox.get(), plan::kPlanDescriptor},
                                           {seccomp.get(), plan::kSeccompDescriptor},
                                           {program.get(), plan::kSelfDescriptor},
                                           {life, plan::kLifeDescriptor}}};
  if (log >= 0) options.descriptors.emplace_back(log, STDOUT_FILENO);
  return start_helper(name, std::move(options));
}

}  // namespace

Result<Helper> start_bus_proxy(const plan::BusProxy& proxy, const HostPath& launcher, int life, int log) {
  for (const plan::ProxiedBus& bus : proxy.buses) TRY(os::make_directories(bus.socket.parent(), kDirectoryMode));
  return start("xdg-dbus-proxy", proxy.sandbox, launcher, life, log);
}

Result<Helper> start_box_names(const plan::BusProxy& proxy, const HostPath& launcher, int life) {
  return start("hutch-names", *proxy.names, launcher, life, -1);
}

}  // namespace hutch::host
