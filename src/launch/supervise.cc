#include "launch/supervise.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "launch/command.h"
#include "launch/control.h"
#include "launch/failure.h"
#include "launch/line.h"
#include "launch/lockdown.h"
#include "launch/log.h"
#include "launch/namespaces.h"
#include "launch/packets.h"
#include "launch/relay.h"
#include "launch/setup.h"
#include "launch/watch.h"
#include "os/file.h"
#include "os/linux_abi.h"
#include "os/process.h"
#include "os/socket.h"

namespace hutch::launch {
namespace {

using plan::Message;
using plan::Outcome;
using plan::Packet;
using plan::Stage;
using plan::StepReport;

constexpr int kSignals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT, SIGPIPE};

class Supervisor {
 public:
  Supervisor(const plan::Sandbox& sandbox, const Start& start, os::Fd init, os::Fd pidfd, os::Fd signals, Log& log)
      : sandbox_(sandbox),
        init_(std::move(init)),
        pidfd_(std::move(pidfd)),
        signals_(std::move(signals)),
        has_coordinator_(start.has_coordinator),
        watch_(sandbox.watch),
        log_(log),
        control_(start.has_control ? plan::kControlDescriptor : -1, init_.get()) {}

  // Tells the coordinator, and passes at once the barriers nobody guards.
  void announce(pid_t init);
  // Until the plan's own command has ended or the set-up has failed.
  void serve();
  [[nodiscard]] const Outcome& outcome() const { return *outcome_; }
  [[nodiscard]] const std::optional<StepReport>& failure() const { return failure_; }
  [[nodiscard]] const Watch& watch() const { return watch_; }
  [[nodiscard]] bool was_explained() const { return was_explained_; }
  void kill_init() const { (void)os::signal_pidfd(pidfd_.get(), SIGKILL); }  // it may be gone
  // Until PID 1 is gone, and with it every process of its namespace: pid_namespaces(7). One that cannot be killed is
  // not waited for.
  void see_init_end() const {
    constexpr int kPatience = 5000;  // milliseconds
    pollfd polled{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    (void)::poll(&polled, 1, kPatience);  // what signals interrupt is only shorter
  }

 private:
  enum Slot : std::size_t { kInit, kSignalSlot, kCoordinator, kListener, kHost, kInside, kLog, kClients };
  static constexpr std::size_t kSlots = kClients + Control::kClientLimit;

  void hear_init();
  void hear_own_command(Incoming incoming);
  void hear_coordinator();
  void hear_signal();
  void pass_on(int number);
  void hear_clients(const pollfd* polled);
  void attach(std::size_t index, bool wants_terminal);
  void stop_with_command();
  void end_what_is_over();
  void end_when_idle();
  void tell_init(Message kind, int value = 0);
  // Before anything else: what the kernel counted is gone with the sandbox.
  void end(Outcome outcome) {
    if (outcome_) return;
    outcome_ = outcome;
    if (is_started_) watch_.note_end(outcome);
  }
  void fail(const StepReport& report) {
    failure_ = report;
    end({.kind = Outcome::Kind::kSetupFailed, .value = 0});
  }

  const plan::Sandbox& sandbox_;
  os::Fd init_;
  os::Fd pidfd_;
  os::Fd signals_;
  bool has_coordinator_;
  bool is_ready_ = false;                    // the coordinator said so
  bool is_set_up_ = false;                   // the plan's own command is being started
  bool is_started_ = false;                  // it runs
  bool is_open_ = false;                     // clients are heard: it runs, or a system is ready
  std::optional<std::uint32_t> idle_after_;  // nothing runs in a system, since this command
  std::vector<int> early_signals_;           // came between the two
  bool was_explained_ = false;
  bool is_ending_ = false;    // its time is over, and the command was asked to end
  bool is_stopping_ = false;  // we were asked to stop and asked the command to
  Watch watch_;
  Log& log_;
  Control control_;
  std::optional<Relay> relay_;
  std::optional<Outcome> outcome_;
  std::optional<StepReport> failure_;
};

void Supervisor::tell_init(Message kind, int value) {
  Packet packet;
  packet.kind = kind;
  packet.value = value;
  (void)send(init_.get(), packet);  // PID 1 that is gone shows as a hang-up
}

void Supervisor::announce(pid_t init) {
  if (!has_coordinator_) {
    if (awaits_helpers(sandbox_)) tell_init(Message::kGo);
    return;
  }
  Packet packet;
  packet.kind = Message::kCloned;
  packet.value = init;
  (void)send(plan::kCoordinatorDescriptor, packet);  // one that is gone shows as a hang-up
}

void Supervisor::hear_coordinator() {
  auto incoming = receive(plan::kCoordinatorDescriptor);
  const auto kind = incoming ? incoming->packet.kind : Message::kAbort;
  switch (kind) {
    case Message::kMapped:
      return tell_init(Message::kGo);
    case Message::kReady:
      is_ready_ = true;
      if (!incoming->descriptors.empty()) watch_.take_group(std::move(incoming->descriptors.front()));
      if (awaits_helpers(sandbox_)) tell_init(Message::kGo);
      return;
    default:
      break;
  }
  (void)::close(plan::kCoordinatorDescriptor);  // nothing more is said on it
  has_coordinator_ = false;
  was_explained_ = incoming.has_value();
  if (!is_ready_ || was_explained_) fail({.stage = Stage::kCoordinator, .step = -1, .error = 0});
}

void Supervisor::hear_init() {
  auto incoming = receive(init_.get());
  if (!incoming) return end({.kind = Outcome::Kind::kKilled, .value = SIGKILL});
  if (incoming->packet.command == 0) {
    hear_own_command(std::move(*incoming));
  } else {
    control_.forward(*incoming);
  }
}

void Supervisor::hear_own_command(Incoming incoming) {
  const Packet& packet = incoming.packet;
  switch (packet.kind) {
    case Message::kFailed:
      return fail(packet.report);
    case Message::kGo:
      is_set_up_ = true;
      return;
    case Message::kStarted:
      is_started_ = true;
      is_open_ = !sandbox_.system;
      watch_.begin();
      for (const int number : early_signals_) tell_init(Message::kSignal, number);
      release_program_pages();
      return;
    case Message::kIdle:
      idle_after_ = static_cast<std::uint32_t>(packet.value);
      return;
    case Message::kExited:
      if (sandbox_.system && packet.value == 0 && !is_open_) {  // it is ready; an init says so, and ends later
        is_open_ = true;
        return;
      }
      if (WIFSIGNALED(packet.value)) return end({.kind = Outcome::Kind::kSignalled, .value = WTERMSIG(packet.value)});
      return end({.kind = Outcome::Kind::kExited, .value = WEXITSTATUS(packet.value)});
    case Message::kStopped:
      return stop_with_command();
    case Message::kTerminal: {
      constexpr int kStandards[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};
      const int host = find_terminal(kStandards);
      const bool is_usable = host >= 0 && incoming.descriptors.size() == 1;
      if (is_usable) relay_.emplace(host, std::move(incoming.descriptors.front()));
      if (!is_usable || !relay_->start()) fail({.stage = Stage::kTerminal, .step = -1, .error = ENOTTY});
      return;
    }
    default:
      return;
  }
}

void Supervisor::stop_with_command() {
  if (control_.has_terminal_holder()) return control_.tell_holder_of_stop(SIGTSTP);
  if (!relay_ && !is_stopping_) return;  // it stopped itself, and no shell waits to hear of it
  is_stopping_ = false;
  if (relay_) relay_->suspend();
  (void)::kill(::getpid(), SIGSTOP);  // execution goes on here after SIGCONT, which the signal descriptor then reports
}

void Supervisor::hear_signal() {
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
  const int number = static_cast<int>(info.ssi_signo);
  switch (number) {
    case SIGPIPE:
      return;  // the failed write says it
    case SIGWINCH:
      if (relay_) relay_->copy_size();
      return;
    case SIGCONT:
      if (relay_) relay_->resume();
      return pass_on(SIGCONT);
    case SIGTSTP:
      is_stopping_ = true;
      return pass_on(SIGSTOP);
    default:
      return pass_on(number);
  }
}

void Supervisor::pass_on(int number) {
  // What PID 1 said before the signal came counts: the command may run already.
  pollfd polled{.fd = init_.get(), .events = POLLIN, .revents = 0};
  while (!is_started_ && !outcome_ && ::poll(&polled, 1, 0) > 0) hear_init();
  if (is_started_) return tell_init(Message::kSignal, number);
  if (is_set_up_) return early_signals_.push_back(number);
  // There is nobody to tell yet.
  if (number == SIGSTOP) return stop_with_command();
  if (number != SIGCONT) end({.kind = Outcome::Kind::kSignalled, .value = number});
}

void Supervisor::hear_clients(const pollfd* polled) {
  for (std::size_t index = 0; index < Control::kClientLimit; ++index) {
    if (polled[index].fd < 0 || polled[index].revents == 0) continue;
    control_.look_for_room();
    if (control_.is_congested()) return;
    const Control::Wish wish = control_.hear(index);
    if (wish == Control::Wish::kEnd) kill_init();
    if (wish == Control::Wish::kAttach) attach(index, false);
    if (wish == Control::Wish::kAttachTerminal) attach(index, true);
  }
  if (relay_ && relay_->is_lent() && !control_.has_terminal_holder()) relay_->take_back();
}

void Supervisor::attach(std::size_t index, bool wants_terminal) {
  if (!relay_ || !wants_terminal) return control_.attach(index, -1);
  if (relay_->is_lent()) return control_.refuse(index, EBUSY);
  control_.attach(index, relay_->lend());
}

void Supervisor::end_what_is_over() {
  if (watch_.look() == plan::Cause::kNone) return;
  const bool was_asked = is_ending_;
  is_ending_ = true;
  if (was_asked) return end({.kind = Outcome::Kind::kKilled, .value = SIGKILL});
  tell_init(Message::kSignal, SIGTERM);
  watch_.expect_end();
}

// A client that comes later finds nobody listening, and starts the system again.
void Supervisor::end_when_idle() {
  if (!is_open_ || outcome_ || idle_after_ != control_.last_command() || control_.has_clients()) return;
  end({.kind = Outcome::Kind::kExited, .value = 0});
}

void Supervisor::serve() {
  while (!outcome_) {
    pollfd polled[kSlots];
    for (pollfd& slot : polled) slot = {.fd = -1, .events = POLLIN, .revents = 0};
    polled[kInit].fd = init_.get();
    if (control_.is_congested()) polled[kInit].events |= POLLOUT;
    polled[kSignalSlot].fd = signals_.get();
    if (has_coordinator_) polled[kCoordinator].fd = plan::kCoordinatorDescriptor;
    if (is_open_) polled[kListener].fd = control_.listener();
    pollfd terminals[2] = {{.fd = -1, .events = 0, .revents = 0}, {.fd = -1, .events = 0, .revents = 0}};
    if (relay_) relay_->ask(terminals);
    polled[kHost] = terminals[0];
    polled[kInside] = terminals[1];
    polled[kLog].fd = log_.source();
    for (std::size_t index = 0; index < Control::kClientLimit; ++index) {
      polled[kClients + index].fd = control_.is_congested() ? -1 : control_.client(index);
    }
    if (::poll(polled, kSlots, watch_.patience()) < 0) continue;  // EINTR
    if (watch_.patience() == 0) end_what_is_over();

    if ((polled[kInit].revents & ~POLLOUT) != 0) hear_init();
    if (outcome_) break;
    if (control_.is_congested()) control_.look_for_room();
    if (polled[kSignalSlot].revents != 0) hear_signal();
    if (polled[kCoordinator].revents != 0) hear_coordinator();
    if (relay_) relay_->copy({polled[kHost], polled[kInside]});
    if (polled[kLog].revents != 0) log_.copy();
    hear_clients(polled + kClients);
    if (polled[kListener].revents != 0) control_.admit();
    end_when_idle();
  }
  if (relay_) relay_->finish();
  log_.copy();
  const bool has_exited = outcome_->kind == Outcome::Kind::kExited;
  control_.tell_attached_of_end(has_exited ? outcome_->value << 8 : outcome_->value);
}

struct Cloned {
  pid_t pid = -1;
  os::Fd pidfd;
};

Cloned clone_init(const plan::Sandbox& sandbox) {
  int pidfd = -1;
  clone_args arguments{};
  arguments.flags = namespace_flags(sandbox, true) | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  const long pid = ::syscall(SYS_clone3, &arguments, sizeof arguments);
  return {.pid = static_cast<pid_t>(pid), .pidfd = os::Fd(pidfd)};
}

void remove_directories(const plan::Sandbox& sandbox) {
  for (const HostPath& path : sandbox.remove_at_end)
    (void)os::remove_tree(path);  // what stays is swept by the next run
}

// The front end has the words for what happened, and the plan to name things.
void become_front_end(const char* const* arguments, const Start& start) {
  if (!is_open(plan::kFrontEndDescriptor) || ::fcntl(plan::kPlanDescriptor, F_SETFD, 0) != 0) return;
  reset_signals({});
  (void)::syscall(SYS_execveat, plan::kFrontEndDescriptor, "", arguments, start.environment.data(), AT_EMPTY_PATH);
}

// Without the front end a bare line has to do.
int report_failure(const StepReport& report, const Start& start) {
  ShortLine stage;
  ShortLine step;
  ShortLine error;
  stage << static_cast<int>(report.stage);
  step << report.step;
  error << report.error;
  const char* const arguments[] = {"hutch", "--report", stage.c_str(), step.c_str(), error.c_str(), nullptr};
  become_front_end(arguments, start);
  end_with_line(report);
}

// Without it the status has to do.
int explain_end(plan::Cause cause, int status, const Start& start) {
  ShortLine number;
  number << status;
  const char* const arguments[] = {"hutch", "--ended", plan::word_of(cause), number.c_str(), nullptr};
  become_front_end(arguments, start);
  return status;
}

// An app somebody looks at: the front end may have a word about its end.
bool has_windows(const plan::Sandbox& sandbox) {
  return !sandbox.system && std::any_of(sandbox.environment.begin(), sandbox.environment.end(), [](const auto& entry) {
    return entry.starts_with("WAYLAND_DISPLAY=") || entry.starts_with("DISPLAY=");
  });
}

int fail_early(Stage stage, int step, int error, const Start& start) {
  return report_failure({.stage = stage, .step = step, .error = error}, start);
}

}  // namespace

int supervise(const Start& start) {
  // |          | user   | mnt    | pid    | ipc, uts, net, cgroup |
  // | here     | host's | host's | host's | host's                |
  const plan::Sandbox sandbox = decode_plan_or_fail();
  if (!open_missing_standards() || !close_unlisted(sandbox.descriptors)) {
    return fail_early(Stage::kInherit, -1, errno, start);
  }
  const DescriptorFault fault = find_bad_descriptor(sandbox.descriptors);
  if (fault.error != 0) return fail_early(Stage::kInherit, fault.fd, fault.error, start);
  if (!start.has_filter && !start.waives_filter) return fail_early(Stage::kSeccomp, -1, EBADF, start);
  const bool has_ranges = !sandbox.namespaces.uid_ranges.empty() || !sandbox.namespaces.gid_ranges.empty();
  if (has_ranges && !start.has_coordinator) return fail_early(Stage::kIdMap, -1, EPERM, start);
  reset_signals(kSignals);
  sigset_t watched;
  (void)::sigprocmask(SIG_SETMASK, nullptr, &watched);
  os::Fd signals(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
  auto pair = os::make_packet_pair();
  if (!signals || !pair) return fail_early(Stage::kSupervise, -1, errno, start);
  auto inner = os::duplicate(pair->right.get(), plan::kFirstPassed);
  if (!inner) return fail_early(Stage::kSupervise, -1, errno, start);
  pair->right.reset();
  Log log;
  if (!log.open(start.has_log)) return fail_early(Stage::kSupervise, -1, errno, start);

  enter_common_keyring();  // keyrings are found by name within a user namespace
  Cloned cloned = clone_init(sandbox);
  if (cloned.pid == 0) {
    // A copy of the supervisor's end would keep PID 1 from hearing of its death.
    pair->left.reset();
    (void)::close_range(plan::kFrontEndDescriptor, plan::kLifeDescriptor, 0);  // cannot fail
    (void)::close(plan::kLogDescriptor);  // may be closed already; the lock on data is PID 1's as well
    if (!log.place()) ::_exit(plan::exit_code(StepReport{}));  // cannot fail either
    set_up_init(sandbox, start, inner->get());
  }
  if (cloned.pid < 0) return fail_early(Stage::kClone, -1, errno, start);
  inner->reset();
  log.close_inside();
  // From here on: nothing of the same user looks into this process (ptrace(2)); before, PID 1 could not map its ids.
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // cannot fail with these arguments
  (void)::fcntl(pair->left.get(), F_SETFL, O_RDWR | O_NONBLOCK);
  for (const std::int32_t fd : sandbox.descriptors) (void)::close(fd);  // the sandbox has its own

  Supervisor supervisor(sandbox, start, std::move(pair->left), std::move(cloned.pidfd), std::move(signals), log);
  supervisor.announce(cloned.pid);
  supervisor.serve();
  const Outcome& outcome = supervisor.outcome();
  if (outcome.kind != Outcome::Kind::kExited || sandbox.system) supervisor.kill_init();
  if (is_open(plan::kDataDescriptor)) {  // the next one may use the data, before it can see that this one ended
    supervisor.see_init_end();
    (void)::close(plan::kDataDescriptor);
  }
  if (start.has_life) (void)::close(plan::kLifeDescriptor);  // helpers end with the app
  remove_directories(sandbox);
  supervisor.watch().write_history(outcome);
  if (supervisor.failure() && !supervisor.was_explained()) return report_failure(*supervisor.failure(), start);
  const plan::Cause cause = supervisor.watch().cause();
  const int status = plan::exit_code(outcome, cause);
  return cause == plan::Cause::kNone && !has_windows(sandbox) ? status : explain_end(cause, status, start);
}

}  // namespace hutch::launch
