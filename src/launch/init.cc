#include "launch/init.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "launch/command.h"
#include "launch/failure.h"
#include "launch/init_system.h"
#include "launch/lockdown.h"
#include "launch/packets.h"
#include "launch/setup.h"

namespace hutch::launch {
namespace {

using plan::Message;
using plan::Stage;
using plan::StepReport;

constexpr std::size_t kCommandLimit = 256;  // running at once
constexpr mode_t kUsualMask = 022;
constexpr std::uint32_t kOwnCommand = 0;

// How many of the descriptors are sockets of a service. None is at a number that another is about to take.
std::size_t sockets_of(const plan::Sandbox& sandbox) {
  constexpr std::string_view kName = "LISTEN_FDS=";
  for (const std::string& entry : sandbox.environment) {
    std::size_t count = 0;
    if (!entry.starts_with(kName)) continue;
    const char* const end = entry.data() + entry.size();
    const bool is_number = std::from_chars(entry.data() + kName.size(), end, count).ptr == end;
    const bool is_sane = is_number && count <= std::min(sandbox.descriptors.size(), plan::kSocketMost);
    const auto behind = plan::kFirstSocket + static_cast<std::int32_t>(is_sane ? count : 0);
    const bool is_free = std::all_of(sandbox.descriptors.begin(), sandbox.descriptors.end(),
                                     [behind](std::int32_t fd) { return fd >= behind; });
    return is_sane && is_free ? count : 0;
  }
  return 0;
}

struct Command {
  pid_t pid = 0;  // 0: free
  std::uint32_t id = 0;
  os::Fd news;             // open until it has executed or failed
  bool has_ended = false;  // its end was told, its process is still there
};

class Init {
 public:
  Init(const plan::Sandbox& sandbox, std::string_view filter, Walls walls, os::Fd children)
      : sandbox_(sandbox), filter_(filter), walls_(walls), children_(std::move(children)) {}
  void start_own_command();
  [[noreturn]] void serve();

 private:
  StepReport start(std::uint32_t id, Entry& entry, bool wants_terminal);
  void act_on(Incoming incoming);
  void execute(const Incoming& incoming);
  void signal(std::uint32_t id, int number);
  void signal_all(int number);
  void hear_news(Command& command);
  void hear_init_system();
  [[nodiscard]] int stop_signal(int number) const;
  void reap();
  void note_change(pid_t pid, int status);
  void tell_when_idle();
  [[noreturn]] void finish(int status);
  void tell(Message kind, std::uint32_t id, int value, const StepReport& report = {},
            std::span<const int> descriptors = {}) const;
  Command* find(std::uint32_t id);

  const plan::Sandbox& sandbox_;
  std::string_view filter_;
  Walls walls_;
  os::Fd children_;      // signalfd of SIGCHLD
  os::Fd own_terminal_;  // kept open: the terminal lives as long as we do, whoever else closes it
  std::array<Command, kCommandLimit> commands_{};
  // Of a system.
  bool is_ready_ = false;                   // its own command has made it so
  os::Fd init_news_;                        // kReadyDescriptor, until its init runs
  int init_stop_ = 0;                       // the signal that asks its init to end; 0: it has none
  std::uint32_t last_command_ = 0;          // that was asked for
  std::optional<std::uint32_t> told_idle_;  // what that was when we said that nothing runs
};

void Init::tell(Message kind, std::uint32_t id, int value, const StepReport& report,
                std::span<const int> descriptors) const {
  plan::Packet packet;
  packet.kind = kind;
  packet.command = id;
  packet.value = value;
  packet.report = report;
  if (!send(kInitChannel, packet, descriptors)) ::_exit(plan::exit_code(StepReport{}));  // nobody is left to serve
}

Command* Init::find(std::uint32_t id) {
  const auto found = std::find_if(commands_.begin(), commands_.end(),
                                  [id](const Command& command) { return command.pid != 0 && command.id == id; });
  return found == commands_.end() ? nullptr : &*found;
}

StepReport Init::start(std::uint32_t id, Entry& entry, bool wants_terminal) {
  const auto free = std::find_if(commands_.begin(), commands_.end(), [](const Command& it) { return it.pid == 0; });
  if (free == commands_.end()) return {.stage = Stage::kExec, .step = -1, .error = EAGAIN};
  Terminal terminal;
  const int host_terminal = wants_terminal ? find_terminal(entry.standard) : -1;
  if (host_terminal >= 0) {
    terminal = make_terminal(host_terminal);
    const bool is_ready = terminal.slave && (id != kOwnCommand || ::ioctl(terminal.slave.get(), TIOCSCTTY, 0) == 0);
    if (!is_ready) return {.stage = Stage::kTerminal, .step = -1, .error = errno};
    entry.terminal = terminal.slave.get();
    entry.session = id == kOwnCommand ? Session::kForeground : Session::kOwn;
    const int master = terminal.master.get();
    tell(Message::kTerminal, id, 0, {}, {&master, 1});
  }
  entry.limits = sandbox_.resource_limits;
  entry.filter = filter_;
  entry.walls = walls_;
  if (id != kOwnCommand) {
    Begun begun = begin(entry);
    if (begun.pid == 0) return {.stage = Stage::kExec, .step = -1, .error = errno};
    *free = {.pid = begun.pid, .id = id, .news = std::move(begun.news)};
    return {};
  }
  const Spawned spawned = spawn(entry);
  if (spawned.failure) return *spawned.failure;
  *free = {.pid = spawned.pid, .id = id, .news = {}};
  own_terminal_ = std::move(terminal.slave);
  tell(Message::kStarted, id, spawned.pid);
  return {};
}

void Init::hear_news(Command& command) {
  if (!command.news) return;
  StepReport report;
  const News news = read_news(command.news.get(), report);
  if (news == News::kNone) return;
  command.news.reset();
  if (news == News::kExecuted) return tell(Message::kStarted, command.id, command.pid);
  command.has_ended = true;
  tell(Message::kFailed, command.id, 0, report);
}

void Init::start_own_command() {
  tell(Message::kGo, kOwnCommand, 0);
  if (has_init_system(sandbox_)) {
    commands_[0] = {.pid = release_init_system(), .id = kOwnCommand, .news = {}};
    init_news_ = os::Fd(plan::kReadyDescriptor);
    (void)::fcntl(init_news_.get(), F_SETFL, O_RDWR | O_NONBLOCK);
    tell(Message::kStarted, kOwnCommand, commands_[0].pid);
  } else {
    Entry entry(sandbox_.command, sandbox_.environment);
    entry.descriptors = sandbox_.descriptors;
    entry.sockets = sockets_of(sandbox_);
    const StepReport report = start(kOwnCommand, entry, sandbox_.has_terminal);
    if (report.error != 0) Reporter(kInitChannel).fail(report.stage, report.step, report.error);
  }
  for (const std::int32_t fd : sandbox_.descriptors) (void)::close(fd);  // the command has its own
  const os::Fd nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int fd = 0; nothing && fd <= STDERR_FILENO; ++fd) (void)::dup2(nothing.get(), fd);  // nor are these needed here
}

void Init::execute(const Incoming& incoming) {
  const std::uint32_t id = incoming.packet.command;
  last_command_ = id;
  const auto request = plan::decode_exec_request(incoming.payload);
  StepReport report{.stage = Stage::kInherit, .step = -1, .error = EBADMSG};
  const bool is_whole = request && incoming.descriptors.size() == 3 && !request->command.arguments.empty();
  if (is_whole) {
    Entry entry(request->command, merge_environment(sandbox_.environment, request->environment));
    bool has_directory = false;
    for (std::size_t index = 0; index < 3; ++index) {
      entry.standard[index] = incoming.descriptors[index].get();
      struct stat status {};
      has_directory |= ::fstat(entry.standard[index], &status) != 0 || S_ISDIR(status.st_mode);
    }
    report.error = EISDIR;
    if (!has_directory) report = start(id, entry, request->has_terminal);
  }
  if (report.error != 0) tell(Message::kFailed, id, 0, report);
}

// The other end closes as the command executes the init.
void Init::hear_init_system() {
  char text[8];
  const ssize_t count = ::read(init_news_.get(), text, sizeof text);
  if (count > 0) (void)std::from_chars(text, text + count, init_stop_);  // else it is asked with SIGTERM
  if (count != 0) return;
  init_news_.reset();
  is_ready_ = true;
  tell(Message::kExited, kOwnCommand, 0);
}

int Init::stop_signal(int number) const {
  return number == SIGTERM && init_stop_ > 0 && init_stop_ < NSIG ? init_stop_ : number;
}

// A system is asked to end: its init sees to that. Without one, shells take no notice of SIGTERM, so their terminals
// hang up too.
void Init::signal_all(int number) {
  if (number <= 0 || number >= NSIG) return;
  if (const Command* const init = find(kOwnCommand)) {
    (void)::kill(init->pid, stop_signal(number));  // it may have ended this moment
    return;
  }
  (void)::kill(-1, number);  // nobody may be there
  if (number == SIGTERM) (void)::kill(-1, SIGHUP);
}

void Init::signal(std::uint32_t id, int number) {
  if (id == kOwnCommand && is_ready_) return signal_all(number);
  Command* const command = find(id);
  if (command == nullptr || number <= 0 || number >= NSIG) return;
  const bool is_for_group = number == SIGSTOP || number == SIGCONT || number == SIGTSTP;
  hear_news(*command);
  if (command->news) {  // on its way, with every signal blocked; something inside may have stopped it there
    (void)::kill(command->pid, is_for_group ? SIGCONT : SIGKILL);
    return;
  }
  // Job control is for the whole job; other signals are the leader's to pass on.
  (void)::kill(is_for_group ? -command->pid : command->pid, number);  // it may have ended this moment
}

void Init::act_on(Incoming incoming) {
  const plan::Packet& packet = incoming.packet;
  switch (packet.kind) {
    case Message::kExecute:
      return execute(incoming);
    case Message::kSignal:
      return signal(packet.command, packet.value);
    case Message::kContinue:
      return signal(packet.command, SIGCONT);
    default:
      return;  // the supervisor says nothing else
  }
}

void Init::note_change(pid_t pid, int status) {
  const auto command =
      std::find_if(commands_.begin(), commands_.end(), [pid](const Command& it) { return it.pid == pid; });
  if (command == commands_.end()) return;
  hear_news(*command);
  if (WIFSTOPPED(status)) {
    if (!command->news) tell(Message::kStopped, command->id, WSTOPSIG(status));  // before, there is no job to stop
    return;
  }
  const Command ended = std::exchange(*command, {});
  const bool is_ready = ended.id == kOwnCommand && sandbox_.system && status == 0 && !has_init_system(sandbox_);
  if (ended.id == kOwnCommand && !is_ready) finish(status);
  is_ready_ = is_ready_ || is_ready;
  if (!ended.has_ended) tell(Message::kExited, ended.id, status);
}

void Init::reap() {
  signalfd_siginfo ignored;
  (void)!::read(children_.get(), &ignored, sizeof ignored);  // one is all that can be pending
  int status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;) note_change(pid, status);
}

// Every process here is a child or has an ancestor that is, and orphans become ours: no child, no process.
void Init::tell_when_idle() {
  siginfo_t ignored;
  const bool is_told = told_idle_ && *told_idle_ == last_command_;
  if (!is_ready_ || is_told || ::waitid(P_ALL, 0, &ignored, WEXITED | WNOHANG | WNOWAIT) == 0) return;
  told_idle_ = last_command_;
  tell(Message::kIdle, kOwnCommand, static_cast<int>(last_command_));
}

void Init::finish(int status) {
  // What the command left behind ends now, so that nothing runs any more when its status is known. A process that
  // cannot be killed (in the middle of a dead file system's call) does not hold the status back for ever.
  constexpr timespec kPatience = {.tv_sec = 1, .tv_nsec = 0};
  sigset_t children;
  (void)::sigemptyset(&children);
  (void)::sigaddset(&children, SIGCHLD);
  int other = 0;
  pid_t pid = 0;
  // As in tell_when_idle().
  for (bool is_killed = false; (pid = ::waitpid(-1, &other, WNOHANG)) >= 0;) {
    if (pid > 0) {
      note_change(pid, other);
    } else if (!is_killed) {
      (void)::kill(-1, SIGKILL);  // at least one process is there
      is_killed = true;
    } else if (::sigtimedwait(&children, nullptr, &kPatience) < 0) {
      break;
    }
  }
  for (const plan::Step& step : sandbox_.steps) {
    const auto* const groups = std::get_if<plan::ControlGroups>(&step);
    if (groups == nullptr) continue;
    remove_groups(os::Fd(::open(groups->target.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)));
  }
  tell(Message::kExited, kOwnCommand, status);
  ::_exit(0);
}

void Init::serve() {
  enum Slot : std::size_t { kChannel, kChildren, kInitSystem, kCommands };
  pollfd polled[kCommands + kCommandLimit];
  for (pollfd& slot : polled) slot = {.fd = -1, .events = POLLIN, .revents = 0};
  polled[kChannel].fd = kInitChannel;
  polled[kChildren].fd = children_.get();
  release_program_pages();
  while (true) {
    std::size_t count = kCommands;  // no more than our limit of open files, which `hutch set` may lower: poll(2)
    for (std::size_t index = 0; index < kCommandLimit; ++index) {
      polled[kCommands + index].fd = commands_[index].news ? commands_[index].news.get() : -1;
      if (commands_[index].news) count = kCommands + index + 1;
    }
    polled[kInitSystem].fd = init_news_ ? init_news_.get() : -1;
    if (::poll(polled, count, -1) < 0) {
      if (errno == EINTR) continue;
      ::_exit(0);  // blind to the supervisor's end: ending now is the only safe answer
    }
    for (Command& command : commands_) hear_news(command);
    if (polled[kChildren].revents != 0) reap();
    if (polled[kInitSystem].revents != 0) hear_init_system();
    tell_when_idle();
    if (polled[kChannel].revents == 0) continue;
    auto incoming = receive(kInitChannel, plan::kPacketPayloadLimit);
    if (!incoming) ::_exit(0);  // the supervisor is gone: so are we, and everything with us
    act_on(std::move(*incoming));
    tell_when_idle();
  }
}

os::Fd watch_children() {
  sigset_t children;
  (void)::sigemptyset(&children);
  (void)::sigaddset(&children, SIGCHLD);
  return os::Fd(::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace

void run_init(const Start& start) {
  // |          | user | mnt | pid | ipc | uts | net | cgroup | Landlock | capabilities |
  // | here     | new  | new | new | new | new | new | new    | none yet | none         |
  const Reporter reporter(kInitChannel);
  // The owner of this user namespace, outside, is still let in; nobody inside is (ptrace(2)).
  reporter.require(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, Stage::kReexec);
  reporter.require(::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0, Stage::kReexec);
  (void)::prctl(PR_SET_NAME, "hutch-launch", 0, 0, 0);  // execveat leaves the descriptor's number there
  sigset_t all;
  (void)::sigfillset(&all);
  (void)::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::umask(kUsualMask);

  const plan::Sandbox sandbox = decode_plan_or_fail();
  const auto filter = map_filter(start, reporter);
  (void)::close(plan::kSeccompDescriptor);
  (void)::close(plan::kPlanDescriptor);
  const Walls walls = lock_down(sandbox, kProbeDescriptor, filter.has_value(), reporter);
  if (sandbox.system) reporter.require(bound_root(sandbox.capabilities), Stage::kCapabilities);

  // A second cord, which holds also while we wait in the kernel: from here on the supervisor's end is ours. It has to
  // come after the last change of credentials, which would cut it (PR_SET_PDEATHSIG(2const)).
  reporter.require(::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, Stage::kReexec);
  pollfd channel{.fd = kInitChannel, .events = 0, .revents = 0};
  if (::poll(&channel, 1, 0) != 0) ::_exit(0);  // it ended before

  Init init(sandbox, filter ? filter->bytes() : std::string_view(), walls, watch_children());
  init.start_own_command();
  init.serve();
}

}  // namespace hutch::launch
