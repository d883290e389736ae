#include "launch/init_system.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "launch/command.h"
#include "launch/lockdown.h"
#include "launch/packets.h"
#include "launch/setup.h"
#include "os/file.h"
#include "os/socket.h"

namespace hutch::launch {
namespace {

using plan::Message;
using plan::Stage;

constexpr mode_t kUsualMask = 022;

void say(int line, Message kind, int value, std::span<const int> descriptors = {}) {
  plan::Packet packet;
  packet.kind = kind;
  packet.value = value;
  if (!send(line, packet, descriptors)) ::_exit(0);  // the other one is gone, and has said why
}

Incoming hear(int line, Message kind) {
  auto incoming = receive(line);
  if (!incoming || incoming->packet.kind != kind) ::_exit(0);  // as above
  return std::move(*incoming);
}

}  // namespace

bool has_init_system(const plan::Sandbox& sandbox) {
  return std::any_of(sandbox.steps.begin(), sandbox.steps.end(),
                     [](const plan::Step& step) { return std::holds_alternative<plan::ControlGroups>(step); });
}

InitSystem fork_init_system(const plan::Sandbox& sandbox, const Reporter& reporter) {
  // One Landlock domain for both: signals and abstract sockets do not pass between two. A system's has no rules for
  // files, and leaves mounts alone.
  reporter.require(!sandbox.landlock.files, Stage::kLandlock);
  confine_or_fail(sandbox, reporter);
  auto pair = os::make_packet_pair();
  reporter.require(pair.has_value() && ::unshare(CLONE_NEWPID) == 0, Stage::kNamespaces);
  const pid_t pid = ::fork();
  reporter.require(pid >= 0, Stage::kClone);
  if (pid == 0) return {.is_new = true, .line = std::move(pair->right)};
  say(pair->left.get(), Message::kCloned, pid);
  return {.is_new = false, .line = std::move(pair->left)};
}

os::Fd await_init_system(const InitSystem& other, const Reporter& reporter) {
  Incoming built = hear(other.line.get(), Message::kReady);
  reporter.require(built.descriptors.size() == 1, Stage::kClone);
  return std::move(built.descriptors.front());  // the pivot moved this process along, too: pivot_root(2)
}

void become_init_system(const plan::Sandbox& sandbox, const Start& start, const InitSystem& other, const os::Fd& probe,
                        const Reporter& reporter) {
  constexpr std::int32_t kKept[] = {plan::kReadyDescriptor};
  const int line = other.line.get();
  const int left = probe.get();
  const int number = hear(line, Message::kCloned).packet.value;
  say(line, Message::kReady, 0, {&left, 1});
  say(line, Message::kStarted, number);  // which the old one does not remember after its re-exec
  (void)hear(line, Message::kGo);
  reporter.require(::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0, Stage::kInherit);
  ::umask(kUsualMask);
  const auto filter = map_filter(start, reporter);
  Entry entry(sandbox.command, sandbox.environment);
  reporter.require(become_root(), Stage::kCapabilities);
  const os::Fd above(::fcntl(left, F_DUPFD_CLOEXEC, plan::kReadyDescriptor + 1));
  reporter.require(above && ::dup3(line, plan::kReadyDescriptor, O_CLOEXEC) >= 0, Stage::kInherit);
  entry.walls = lock_down(sandbox, above.get(), filter.has_value(), reporter);
  reporter.require(bound_root(sandbox.capabilities), Stage::kCapabilities);
  entry.descriptors = kKept;
  entry.limits = sandbox.resource_limits;
  if (filter) entry.filter = filter->bytes();
  const plan::StepReport report = entry.become();
  reporter.fail(report.stage, report.step, report.error);
}

void remove_groups(const os::Fd& directory, int levels) {
  const auto names = os::list_directory(directory.get());
  if (!names || levels == 0) return;
  for (const std::string& name : *names) {
    const os::Fd child(::openat(directory.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!child) continue;  // a file of the group's own
    remove_groups(child, levels - 1);
    (void)::unlinkat(directory.get(), name.c_str(), AT_REMOVEDIR);  // somebody may be in it
  }
}

pid_t release_init_system() {
  const pid_t pid = hear(plan::kReadyDescriptor, Message::kStarted).packet.value;
  say(plan::kReadyDescriptor, Message::kGo, 0);
  return pid;
}

}  // namespace hutch::launch
