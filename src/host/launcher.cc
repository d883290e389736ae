#include "host/launcher.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "base/i18n.h"
#include "base/text.h"
#include "core/plan/wire.h"
#include "core/plan/witness.h"
#include "host/output.h"
#include "host/queries.h"
#include "host/refusals.h"
#include "host/seccomp_cache.h"
#include "host/witness.h"
#include "os/file.h"
#include "os/memfile.h"
#include "os/process.h"
#include "os/socket.h"

namespace hutch::host {
namespace {

constexpr std::size_t kLauncherLimit = 64u << 20;  // bytes of the launcher's program file

// The launcher's program, open for reading. PID 1 of the sandbox runs it: it must not be a file its user, and so a
// program that escapes, could write (CVE-2019-5736). One that is not root's alone is copied and sealed.
Result<os::Fd> open_launcher() {
  const HostPath program = TRY(find_program("hutch-launch"));
  os::Fd fd = TRY(os::open_path(program, O_RDONLY));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) {
    return unexpected(system_error(errno, text::format(_("cannot read '%s'"), program.c_str())));
  }
  if (status.st_uid == 0 && (status.st_mode & 022) == 0) return fd;
  const std::string bytes = TRY(os::read_all(fd.get(), kLauncherLimit));
  const os::Fd copy = TRY(os::make_sealed_file("hutch-launch", bytes));
  return os::open_path(HostPath::literal("/proc/self/fd") / std::to_string(copy.get()), O_RDONLY);
}

Status send_plan(const Coordination& coordination, const plan::Plan& plan) {
  const os::Fd encoded = TRY(os::make_sealed_file("hutch-plan", plan::encode(plan)));
  plan::Packet packet;
  packet.kind = plan::Message::kPlan;
  const int descriptor = encoded.get();
  return os::send_packet(coordination.socket.get(), {reinterpret_cast<const char*>(&packet), sizeof packet},
                         {&descriptor, 1});
}

Result<Coordination> start_coordinator(const HostPath& runtime_directory) {
  const os::Fd nothing = TRY(os::open_path(HostPath::literal("/dev/null"), O_RDONLY));
  os::SocketPair socket = TRY(os::make_packet_pair());
  std::array<int, 2> life{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, life.data()) != 0) {
    return unexpected(system_error(errno, _("cannot make a socket pair")));
  }
  os::Fd ours(life[0]);
  const os::Fd helpers(life[1]);
  const HostPath program = TRY(find_program("hutch-coordinator"));
  // Standard output belongs to the app: nothing that lives on beside it may hold it open.
  auto coordinator = TRY(os::Process::spawn({.program = program,
                                             .arguments = {"hutch-coordinator", "coordinate", runtime_directory.str()},
                                             .environment = own_environment(),
                                             .descriptors = {{nothing.get(), STDIN_FILENO},
                                                             {STDERR_FILENO, STDOUT_FILENO},
                                                             {socket.right.get(), plan::kCoordinatorSocket},
                                                             {ours.get(), plan::kCoordinatorLife},
                                                             {helpers.get(), plan::kCoordinatorLifeChild}},
                                             .new_session = false}));
  return Coordination{.coordinator = std::move(coordinator), .socket = std::move(socket.left), .life = std::move(ours)};
}

// Descriptors at the numbers of core/plan/channel.h. Until the exec they are close-on-exec copies above all targets, so
// that placing one never overwrites another's source.
class Layout {
 public:
  explicit Layout(const std::vector<std::int32_t>& passed) : passed_(passed), lowest_(64) {
    for (const std::int32_t fd : passed) lowest_ = std::max(lowest_, fd + 1);
  }
  // A negative descriptor leaves the number closed.
  Status add(int fd, int number) {
    if (fd < 0) {
      closed_.push_back(number);
      return {};
    }
    placed_.emplace_back(TRY(os::duplicate(fd, lowest_)), number);
    return {};
  }
  // From here on our own descriptors are overwritten: only the exec may follow.
  Status settle() const {
    for (const auto& [fd, number] : placed_) TRY(os::place(fd.get(), number));
    for (const int number : closed_) (void)::close(number);  // closed already is fine
    // What our caller left open is not the launcher's: everything above is close-on-exec but what the plan passes.
    if (::syscall(SYS_close_range, static_cast<unsigned>(plan::kFirstPassed), ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
      return unexpected(system_error(errno, _("cannot close descriptors")));
    }
    for (const std::int32_t fd : passed_) TRY(os::place(fd, fd));
    return {};
  }

 private:
  const std::vector<std::int32_t>& passed_;
  int lowest_;
  std::vector<std::pair<os::Fd, int>> placed_;
  std::vector<int> closed_;
};

// All that the launcher gets of our environment: what this program needs to say how the app ended.
std::vector<char*> variables_for_the_end() {
  std::vector<char*> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    static constexpr std::array<std::string_view, 13> kNames = {"LANG=",
                                                                "LANGUAGE=",
                                                                "LC_",
                                                                "HOME=",
                                                                "XDG_RUNTIME_DIR=",
                                                                "XDG_STATE_HOME=",
                                                                "XDG_DATA_HOME=",
                                                                "XDG_CONFIG_HOME=",
                                                                "HUTCH_PROFILE_PATH=",
                                                                "DBUS_SESSION_BUS_ADDRESS=",
                                                                "DESKTOP_STARTUP_ID=",
                                                                "XDG_ACTIVATION_TOKEN=",
                                                                "GIO_LAUNCHED_DESKTOP_FILE_PID="};
    const bool is_needed =
        std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) { return text.starts_with(name); });
    if (is_needed) variables.push_back(*entry);
  }
  variables.push_back(nullptr);
  return variables;
}

Error start_failed(int code) {
  Error error = system_error(code, _("cannot start 'hutch-launch'"));
  if (code == EACCES) error.hint = _("install hutch system-wide, or allow programs in memory: vm.memfd_noexec=0");
  return error;
}

// Never succeeds visibly: success is another program.
Status hand_over(const facts::Facts& facts, const plan::Plan& plan, const Instance& instance,
                 std::optional<Coordination> coordination) {
  if (!plan::needs_coordinator(plan)) {
    coordination.reset();
  } else {
    if (!coordination) coordination = TRY(start_coordinator(facts.directories.runtime));
    TRY(send_plan(*coordination, plan));
  }
  std::string program = TRY(seccomp_program(facts, plan));
  os::Fd trace;
  const std::vector<std::int32_t>& passed = plan.sandbox.descriptors;
  if (std::find(passed.begin(), passed.end(), plan::kTraceDescriptor) != passed.end()) {
    const os::Fd record = TRY(create_refusals(refusals_directory(facts), plan.instance, true));
    trace = TRY(start_trace_witness(record.get()));
    program = asking_filter(std::move(program));
  }
  const os::Fd seccomp = TRY(os::make_sealed_file("hutch-seccomp", program));
  const os::Fd sandbox = TRY(os::make_sealed_file("hutch-sandbox", plan::encode(plan.sandbox)));
  const os::Fd front_end = TRY(os::open_path(HostPath::literal("/proc/self/exe"), O_PATH));
  const os::Fd launcher = TRY(open_launcher());
  // What a system prints is of no interest: its shells are clients.
  const os::Fd log = plan.sandbox.system ? os::Fd() : open_log(facts, plan.instance);

  Layout layout(plan.sandbox.descriptors);
  TRY(layout.add(sandbox.get(), plan::kPlanDescriptor));
  TRY(layout.add(seccomp.get(), plan::kSeccompDescriptor));
  TRY(layout.add(launcher.get(), plan::kSelfDescriptor));
  TRY(layout.add(front_end.get(), plan::kFrontEndDescriptor));
  TRY(layout.add(instance.lock.get(), plan::kLockDescriptor));
  TRY(layout.add(instance.control.get(), plan::kControlDescriptor));
  TRY(layout.add(instance.data.get(), plan::kDataDescriptor));
  TRY(layout.add(log.get(), plan::kLogDescriptor));
  TRY(layout.add(coordination ? coordination->socket.get() : -1, plan::kCoordinatorDescriptor));
  TRY(layout.add(coordination ? coordination->life.get() : -1, plan::kLifeDescriptor));
  if (trace) TRY(layout.add(trace.get(), plan::kTraceDescriptor));
  TRY(layout.settle());

  std::string name = "hutch-launch";
  std::string mode = plan::kModeSupervise;
  const std::array<char*, 3> arguments = {name.data(), mode.data(), nullptr};
  const std::vector<char*> environment = variables_for_the_end();
  (void)::execveat(plan::kSelfDescriptor, "", arguments.data(), environment.data(), AT_EMPTY_PATH);
  return unexpected(start_failed(errno));
}

}  // namespace

Result<std::optional<Coordination>> start_coordinator_ahead() {
  const char* const variable = std::getenv("XDG_RUNTIME_DIR");
  const auto runtime_directory = HostPath::parse(variable == nullptr ? "" : variable);
  if (!runtime_directory) return std::optional<Coordination>();
  const HostPath manager = *runtime_directory / "systemd/private";
  if (::access(manager.c_str(), F_OK) != 0) return std::optional<Coordination>();
  return std::optional(TRY(start_coordinator(*runtime_directory)));
}

Error become_supervisor(const facts::Facts& facts, const plan::Plan& plan, Instance instance,
                        std::optional<Coordination> coordination) {
  Status outcome = hand_over(facts, plan, instance, std::move(coordination));
  discard_instance(instance);
  return std::move(outcome).error();
}

}  // namespace hutch::host
