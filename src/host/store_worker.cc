#include "host/store_worker.h"

#include <fcntl.h>

#include <cstring>

#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/store_worker.h"
#include "core/image/work.h"
#include "core/plan/channel.h"
#include "core/plan/wire.h"
#include "core/seccomp/policy.h"
#include "host/idmap.h"
#include "host/probe.h"
#include "host/queries.h"
#include "host/seccomp_compile.h"
#include "os/file.h"
#include "os/memfile.h"
#include "os/socket.h"

namespace hutch::host {
namespace {

constexpr int kLock = image::kWorkSocket + 1;

// The helper has its namespaces and waits for its ids.
Status map_ids(Helper& helper, const plan::Namespaces& namespaces, int channel) {
  const auto received = os::receive_packet(channel, sizeof(plan::Packet));
  if (!received || received->bytes.size() != sizeof(plan::Packet)) return unexpected(ended_early(helper));
  TRY(write_id_maps(namespaces, helper.process.pid()));
  plan::Packet go;
  go.kind = plan::Message::kGo;
  return os::send_packet(channel, {reinterpret_cast<const char*>(&go), sizeof go});
}

}  // namespace

Result<StoreWorker> start_store_worker(const HostPath& store, int socket, int lock) {
  const HostPath launcher = TRY(find_program("hutch-launch"));
  const HostPath program = TRY(find_program("hutch-unpack"));
  facts::Facts facts = TRY(probe());
  look_up(facts, compose::store_worker_paths(program, store));
  plan::Sandbox sandbox = TRY(compose::store_worker_sandbox(facts, program, store, image::kWorkSocket));
  sandbox.descriptors.push_back(kLock);
  for (const char* const name : {"LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES"}) {
    const auto found = facts.environment.find(name);
    if (found != facts.environment.end()) sandbox.environment.push_back(found->first + "=" + found->second);
  }
  const std::string filter = TRY(compile_seccomp(seccomp::policy_for_store_worker()));
  const os::Fd seccomp = TRY(os::make_sealed_file("hutch-seccomp", filter));
  const os::Fd encoded = TRY(os::make_sealed_file("hutch-sandbox", plan::encode(sandbox)));
  const os::Fd self = TRY(os::open_path(launcher, O_RDONLY));
  os::SocketPair channel = TRY(os::make_packet_pair());
  const bool has_ranges = !sandbox.namespaces.uid_ranges.empty();
  os::SpawnOptions options{.program = launcher,
                           .arguments = {"hutch-launch", plan::kModeHelper},
                           .descriptors = {{encoded.get(), plan::kPlanDescriptor},
                                           {seccomp.get(), plan::kSeccompDescriptor},
                                           {self.get(), plan::kSelfDescriptor},
                                           {socket, image::kWorkSocket},
                                           {lock, kLock}}};
  if (has_ranges) options.descriptors.emplace_back(channel.right.get(), plan::kCoordinatorDescriptor);
  Helper helper = TRY(start_helper("hutch-unpack", std::move(options)));
  channel.right.reset();
  if (has_ranges) TRY_IN(_("mapping the image store's ids"), map_ids(helper, sandbox.namespaces, channel.left.get()));
  return StoreWorker{.helper = std::move(helper), .has_own_id_only = !has_ranges};
}

}  // namespace hutch::host
