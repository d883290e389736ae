#include "launch/setup.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

#include "launch/command.h"
#include "launch/failure.h"
#include "launch/init_system.h"
#include "launch/landlock.h"
#include "launch/line.h"
#include "launch/lockdown.h"
#include "launch/namespaces.h"
#include "launch/network.h"
#include "launch/packets.h"
#include "launch/root.h"
#include "os/linux_abi.h"
#include "os/memfile.h"

namespace hutch::launch {
namespace {

using plan::Stage;

// Blocks until the supervisor says that a barrier is passed; without a supervisor there is nothing to wait for.
void await_go(int channel) {
  if (channel < 0) return;
  const auto incoming = receive(channel);
  if (!incoming || incoming->packet.kind != plan::Message::kGo) ::_exit(0);  // the supervisor is gone
}

void map_ids(const plan::Namespaces& namespaces, const HostProc& proc, int channel, const Reporter& reporter) {
  const bool has_ranges = !namespaces.uid_ranges.empty() || !namespaces.gid_ranges.empty();
  if (!has_ranges) return reporter.require(map_own_ids(proc, namespaces), Stage::kIdMap);
  if (channel < 0) reporter.fail(Stage::kIdMap, -1, EPERM);
  await_go(channel);  // barrier #1
  // With ranges the user's supplementary groups can be left behind; with a single id they cannot.
  if (!namespaces.gid_ranges.empty()) reporter.require(::setgroups(0, nullptr) == 0, Stage::kIdMap);
}

// Without CAP_NET_RAW ping(8) takes a socket of its own, for groups that may: icmp(7).
void allow_ping(const plan::Namespaces& namespaces, const HostProc& proc) {
  ShortLine range;
  range << "0 " << std::uint64_t{namespaces.gid};
  (void)proc.write("sys/net/ipv4/ping_group_range", range.text());  // not everywhere, and nobody depends on it
}

void set_up_network(const plan::Sandbox& sandbox, const HostProc& proc, const Reporter& reporter) {
  if (sandbox.namespaces.network) reporter.require(raise_loopback(), Stage::kNamespaces);
  if (sandbox.namespaces.network && sandbox.system) allow_ping(sandbox.namespaces, proc);
  const RuleFault fault = refuse_destinations(sandbox.network_rules);
  if (fault.rule >= 0) reporter.fail(Stage::kNetworkRule, fault.rule, fault.error);
}

// An init that was forked meanwhile goes on behind the barrier, in its own process.
std::optional<InitSystem> perform_steps(const plan::Sandbox& sandbox, Root& root, int channel,
                                        const Reporter& reporter) {
  std::optional<InitSystem> init;
  for (std::size_t index = 0; index < sandbox.steps.size(); ++index) {
    root.perform(sandbox.steps[index], static_cast<int>(index));
    if (!std::holds_alternative<plan::AwaitHelpers>(sandbox.steps[index])) continue;
    await_go(channel);  // barrier #2: this process is in its scope, sockets and documents are there
    if (sandbox.namespaces.cgroup) reporter.require(::unshare(CLONE_NEWCGROUP) == 0, Stage::kNamespaces);
    if (!has_init_system(sandbox)) continue;
    init = fork_init_system(sandbox, reporter);
    if (!init->is_new) break;
  }
  return init;
}

struct Built {
  os::Fd probe;  // what enter() leaves
  std::optional<InitSystem> init;
};

// Everything up to the pivot, in the namespaces that are there, and the pivot.
Built build(const plan::Sandbox& sandbox, int channel, const Reporter& reporter) {
  const HostProc proc = HostProc::open();
  reporter.require(static_cast<bool>(proc), Stage::kIdMap);
  map_ids(sandbox.namespaces, proc, channel, reporter);
  if (sandbox.namespaces.uts) reporter.require(set_host_name(sandbox.namespaces), Stage::kNamespaces);
  set_up_network(sandbox, proc, reporter);
  if (sandbox.namespaces.time) reporter.require(shift_clocks(proc, sandbox.namespaces), Stage::kNamespaces);

  reporter.require(set_oom_score(proc, sandbox.oom_score_adjust), Stage::kLimits);
  ::umask(0);  // modes are the plan's
  Root root(reporter);
  root.create(sandbox.root_size);
  if (sandbox.system) root.create_system(*sandbox.system);
  auto init = perform_steps(sandbox, root, channel, reporter);
  if (init && !init->is_new) {
    os::Fd probe = await_init_system(*init, reporter);
    return {.probe = std::move(probe), .init = std::move(init)};
  }

  const RuleFault fault = find_reachable(sandbox.network_rules);
  if (fault.rule >= 0) reporter.fail(Stage::kNetworkProbe, fault.rule, fault.error);
  for (const plan::NamespaceLimit& limit : sandbox.namespace_limits) {
    reporter.require(bound_namespace(proc, limit), Stage::kNamespaces);
  }
  return {.probe = root.enter(), .init = std::move(init)};
}

}  // namespace

std::optional<os::MappedFile> map_filter(const Start& start, const Reporter& reporter) {
  constexpr std::size_t kLimit = 1u << 20;
  if (start.waives_filter && !start.has_filter) return std::nullopt;
  auto mapped = os::MappedFile::map(plan::kSeccompDescriptor, kLimit, true);
  if (!mapped) reporter.fail(Stage::kSeccomp, -1, mapped.error().code);
  if (!is_filter(mapped->bytes())) reporter.fail(Stage::kSeccomp, -1, EBADMSG);
  return std::move(*mapped);
}

void confine_or_fail(const plan::Sandbox& sandbox, const Reporter& reporter) {
  const LandlockFault fault = confine(sandbox.landlock, landlock_abi());
  if (fault.error != 0) reporter.fail(Stage::kLandlock, fault.rule, fault.error);
}

Walls lock_down(const plan::Sandbox& sandbox, int probe, bool has_filter, const Reporter& reporter) {
  Walls walls;
  walls.has_filter = has_filter;
  walls.is_system = sandbox.system.has_value();
  walls.allows_nested_userns = sandbox.allows_nested_userns;
  walls.capabilities = sandbox.capabilities;
  walls.probe = probe;
  walls.keyring = leave_keyring();
  reporter.require(walls.keyring >= 0, Stage::kKeyring);
  const int abi = landlock_abi();
  walls.has_landlock_files = abi > 0 && sandbox.landlock.files;
  if (!has_init_system(sandbox)) confine_or_fail(sandbox, reporter);
  return walls;
}

void set_up_init(const plan::Sandbox& sandbox, const Start& start, int channel) {
  // |          | user | mnt | pid | ipc | uts | net | cgroup            | time              |
  // | here     | new  | new | new | new | new | new | new, or the scope's until barrier #2 | children only |
  const Reporter reporter(channel);
  reporter.require(::setsid() >= 0, Stage::kTerminal);  // out of the caller's session and process group
  const bool is_system = sandbox.system.has_value();
  if (sandbox.capabilities != 0 && !is_system) reporter.fail(Stage::kCapabilities, -1, EPERM);
  const Built built = build(sandbox, channel, reporter);
  if (built.init && built.init->is_new) become_init_system(sandbox, start, *built.init, built.probe, reporter);
  // A system's PID 1 keeps what it has until it is re-executed, which would give root of the namespace all of it again.
  reporter.require(is_system ? become_root() : drop_privileges(0), Stage::kCapabilities);

  // Numbers that survive the re-exec: the plan and the filter are at theirs already.
  const int kept[] = {plan::kPlanDescriptor, plan::kSeccompDescriptor};
  for (const int fd : kept) {
    if (fd == plan::kSeccompDescriptor && !start.has_filter) continue;
    reporter.require(::fcntl(fd, F_SETFD, 0) == 0, Stage::kReexec);
  }
  for (const std::int32_t fd : sandbox.descriptors) {
    reporter.require(::fcntl(fd, F_SETFD, 0) == 0, Stage::kReexec);
  }
  // The channel is above all fixed numbers, so neither takes the other's place.
  reporter.require(::dup2(built.probe.get(), kProbeDescriptor) >= 0 && ::dup2(channel, kInitChannel) >= 0,
                   Stage::kReexec);
  reporter.require(::fcntl(kProbeDescriptor, F_SETFD, 0) == 0, Stage::kReexec);  // dup2 onto itself changes nothing
  if (built.init) {
    reporter.require(::dup2(built.init->line.get(), plan::kReadyDescriptor) >= 0, Stage::kReexec);
    reporter.require(::fcntl(plan::kReadyDescriptor, F_SETFD, 0) == 0, Stage::kReexec);
  }
  // As long as PID 1 of a system lives, its data is in use, whatever became of the supervisor.
  if (is_system && is_open(plan::kDataDescriptor)) {
    reporter.require(::fcntl(plan::kDataDescriptor, F_SETFD, 0) == 0, Stage::kReexec);
  }
  const char* const arguments[] = {"hutch-launch", plan::kModeInit, start.waives_filter ? kWithoutSeccomp : nullptr,
                                   nullptr};
  const char* const environment[] = {nullptr};
  (void)::syscall(SYS_execveat, plan::kSelfDescriptor, "", arguments, environment, AT_EMPTY_PATH);
  reporter.fail(Stage::kReexec);
}

void run_helper(const Start& start) {
  // |          | user | mnt | pid    | ipc, uts, net, cgroup |
  // | here     | new  | new | host's | as the plan says      |
  const Reporter reporter;
  const plan::Sandbox sandbox = decode_plan_or_fail();
  reporter.require(open_missing_standards() && close_unlisted(sandbox.descriptors), Stage::kInherit);
  const DescriptorFault fault = find_bad_descriptor(sandbox.descriptors);
  if (fault.error != 0) reporter.fail(Stage::kInherit, fault.fd, fault.error);
  if (sandbox.namespaces.time) reporter.fail(Stage::kNamespaces, -1, EINVAL);  // takes a fork, and helpers have none
  const auto filter = map_filter(start, reporter);
  reset_signals({});
  Entry entry(sandbox.command, sandbox.environment);
  const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  reporter.require(static_cast<bool>(nothing), Stage::kInherit);
  (void)::setsid();  // fails for one that leads a session already, which will do
  enter_common_keyring();
  const auto flags = static_cast<int>(namespace_flags(sandbox, false));
  reporter.require(::unshare(flags) == 0, Stage::kClone);

  // Who starts a helper with id ranges maps them, as a coordinator would.
  const int channel = start.has_coordinator ? plan::kCoordinatorDescriptor : -1;
  if (channel >= 0) {
    plan::Packet packet;
    packet.kind = plan::Message::kCloned;
    packet.value = ::getpid();
    reporter.require(send(channel, packet), Stage::kIdMap);
  }
  const Built built = build(sandbox, channel, reporter);
  reporter.require(drop_privileges(sandbox.capabilities), Stage::kCapabilities);
  entry.walls = lock_down(sandbox, built.probe.get(), filter.has_value(), reporter);
  entry.terminal = nothing.get();  // a helper has no business with the caller's terminal
  entry.session = Session::kInherited;
  entry.descriptors = sandbox.descriptors;
  entry.limits = sandbox.resource_limits;
  if (filter) entry.filter = filter->bytes();
  const plan::StepReport report = entry.become();
  reporter.fail(report.stage, report.step, report.error);
}

}  // namespace hutch::launch
