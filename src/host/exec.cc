// A client of INSTANCE/control, see core/plan/channel.h.
#include "host/launcher.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/i18n.h"
#include "base/text.h"
#include "host/job_control.h"
#include "host/relay.h"
#include "os/pipe.h"
#include "os/process.h"
#include "os/socket.h"
#include "os/terminal.h"

namespace hutch::host {
namespace {

using plan::Message;
using plan::Packet;

constexpr int kStreams = 3;

std::string bytes_of(const Packet& packet) {
  return std::string(reinterpret_cast<const char*>(&packet), sizeof packet);
}

// The signals that a command gets when we get them, as a descriptor; blocked as long as this lives.
class ForwardedSignals {
 public:
  static Result<ForwardedSignals> open() {
    sigset_t wanted;
    (void)::sigemptyset(&wanted);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH}) {
      (void)::sigaddset(&wanted, number);
    }
    ForwardedSignals signals;
    if (::sigprocmask(SIG_BLOCK, &wanted, &signals.before_) != 0) {
      return unexpected(system_error(errno, _("cannot block signals")));
    }
    signals.restores_ = true;
    signals.fd_ = os::Fd(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals.fd_) return unexpected(system_error(errno, _("cannot wait for signals")));
    return signals;
  }
  ForwardedSignals(ForwardedSignals&& other) noexcept
      : fd_(std::move(other.fd_)), before_(other.before_), restores_(std::exchange(other.restores_, false)) {}
  ForwardedSignals& operator=(ForwardedSignals&&) = delete;
  ~ForwardedSignals() {
    if (restores_) (void)::sigprocmask(SIG_SETMASK, &before_, nullptr);  // cannot fail with a mask that was in force
  }
  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::optional<int> next() const {
    signalfd_siginfo info{};
    if (::read(fd_.get(), &info, sizeof info) != sizeof info) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
  }

 private:
  ForwardedSignals() = default;
  os::Fd fd_;
  sigset_t before_{};
  bool restores_ = false;
};

// The keys that give a terminal back, podman's: ^P ^Q.
class DetachKeys {
 public:
  // Takes them out; what is typed between them is the command's.
  void look_at(std::string& typed) {
    std::string kept;
    for (const char key : typed) {
      const bool is_second = has_first_ && key == kSecond;
      if (has_first_ && !is_second) kept += kFirst;
      is_complete_ = is_complete_ || is_second;
      has_first_ = !is_second && key == kFirst;
      if (!is_second && !has_first_) kept += key;
    }
    typed = std::move(kept);
  }
  [[nodiscard]] bool is_complete() const { return is_complete_; }

 private:
  static constexpr char kFirst = 'P' & 0x1F;
  static constexpr char kSecond = 'Q' & 0x1F;
  bool has_first_ = false;
  bool is_complete_ = false;
};

// One command in a running sandbox, from the request to its end; or the plan's own, from an attachment on.
class Execution {
 public:
  explicit Execution(os::Fd socket) : socket_(std::move(socket)) {}
  Status start(const plan::ExecRequest& request);
  Status attach(Attachment attachment);
  // Until it has ended or was detached.
  Status run();
  // Nothing of a detached one.
  [[nodiscard]] const std::optional<plan::Outcome>& outcome() const { return outcome_; }

 private:
  Result<int> stream_for(int stream);
  Status receive();
  Status read_packet(const Packet& packet, std::vector<os::Fd> descriptors);
  Status take_terminal(os::Fd master);
  Status forward(int number);
  Status watch_for_stop();
  Status stop_with_command();
  Status tell(Message kind, std::int32_t value) const;
  void finish();

  os::Fd socket_;
  plan::Command command_;
  std::uint32_t id_ = 0;
  bool has_news_ = false;       // before, nobody may have heard of it
  bool has_started_ = false;    // before, there is nobody to forward signals to
  std::vector<os::Fd> inside_;  // what the command gets as 0-2, until sent
  std::vector<os::Fd> ours_;    // pipes and the pty master
  std::vector<Route> routes_;
  std::optional<os::RawTerminal> raw_;
  int master_ = -1;  // borrowed from ours_
  std::optional<plan::Outcome> outcome_;
  std::optional<Attachment> attachment_;
  DetachKeys keys_;
};

// The command's end of a stream. Without a pty a pipe takes the place of a terminal, which never enters a sandbox.
Result<int> Execution::stream_for(int stream) {
  if (::isatty(stream) == 0) return stream;
  os::Pipe pipe = TRY(os::make_pipe());
  const bool is_input = stream == STDIN_FILENO;
  os::Fd& ours = is_input ? pipe.write : pipe.read;
  os::Fd& theirs = is_input ? pipe.read : pipe.write;
  TRY(make_nonblocking(ours.get()));
  if (is_input) {
    routes_.emplace_back(stream, ours.get(), true);
  } else {
    routes_.emplace_back(ours.get(), stream, false);
  }
  ours_.push_back(std::move(ours));
  inside_.push_back(std::move(theirs));
  return inside_.back().get();
}

Status Execution::start(const plan::ExecRequest& request) {
  command_ = request.command;
  std::array<int, kStreams> streams{};
  for (int stream = 0; stream < kStreams; ++stream) {
    // With a pty of its own, PID 1 puts that in the place of terminals.
    streams[static_cast<std::size_t>(stream)] = request.has_terminal ? stream : TRY(stream_for(stream));
  }
  const std::string payload = plan::encode(request);
  if (payload.size() > plan::kPacketPayloadLimit) {
    return failure(ErrorKind::kInvalid, _("the command and its environment are too long"));
  }
  TRY(os::send_packet(socket_.get(), bytes_of(Packet{.kind = Message::kExecute}) + payload, streams));
  inside_.clear();
  return {};
}

Status Execution::attach(Attachment attachment) {
  attachment_ = std::move(attachment);
  return tell(Message::kAttach, attachment_->takes_terminal ? 1 : 0);
}

Status Execution::run() {
  const ForwardedSignals signals = TRY(ForwardedSignals::open());
  while (!outcome_ && !keys_.is_complete()) {
    const int changes = attachment_ ? attachment_->changes : -1;
    std::vector<pollfd> watched = {{.fd = socket_.get(), .events = POLLIN, .revents = 0},
                                   {.fd = signals.fd(), .events = POLLIN, .revents = 0},
                                   {.fd = changes, .events = POLLIN, .revents = 0}};
    for (const Route& route : routes_) route.watch(watched);
    if (::poll(watched.data(), watched.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return unexpected(system_error(errno, _("cannot wait for the command")));
    }
    for (Route& route : routes_) route.move(watched);
    if (watched[2].revents != 0) attachment_->on_change();
    TRY(watch_for_stop());
    for (Route& route : routes_) {
      const int finished = route.take_finished();
      std::erase_if(ours_, [&](const os::Fd& fd) { return fd.get() == finished; });
    }
    if (watched[0].revents != 0) {
      TRY(receive());  // may say that it started, so comes before signals
    } else if (watched[1].revents != 0) {
      if (const auto number = signals.next()) TRY(forward(*number));
    }
  }
  finish();
  if (attachment_ && attachment_->on_change) attachment_->on_change();
  return {};
}

Status Execution::receive() {
  os::Received received = TRY(os::receive_packet(socket_.get(), sizeof(Packet) + plan::kPacketPayloadLimit));
  if (received.bytes.size() < sizeof(Packet)) {  // the supervisor is gone and the sandbox with it
    if (!has_news_) return failure(ErrorKind::kUnavailable, _("the sandbox ended before it heard of the command"));
    outcome_ = plan::Outcome{.kind = plan::Outcome::Kind::kKilled, .value = SIGKILL};
    return {};
  }
  has_news_ = true;
  Packet packet;
  std::memcpy(&packet, received.bytes.data(), sizeof packet);
  return read_packet(packet, std::move(received.descriptors));
}

Status Execution::read_packet(const Packet& packet, std::vector<os::Fd> descriptors) {
  switch (packet.kind) {
    case Message::kStarted:
      id_ = packet.command;
      has_started_ = true;
      return {};
    case Message::kTerminal:
      if (descriptors.size() != 1) return failure(ErrorKind::kSystem, _("the sandbox sent no terminal"));
      return take_terminal(std::move(descriptors.front()));
    case Message::kStopped:
      return stop_with_command();
    case Message::kExited:
      if (WIFSIGNALED(packet.value)) {
        outcome_ = plan::Outcome{.kind = plan::Outcome::Kind::kSignalled, .value = WTERMSIG(packet.value)};
      } else {
        outcome_ = plan::Outcome{.kind = plan::Outcome::Kind::kExited, .value = WEXITSTATUS(packet.value)};
      }
      return {};
    case Message::kFailed: {
      Error error = plan::explain_failure(plan::Sandbox{.command = command_}, packet.report);
      const int code = plan::exit_code(packet.report);
      if (code == 127) error.kind = ErrorKind::kNotFound;
      if (code == 126) error.kind = ErrorKind::kNotRunnable;
      return unexpected(std::move(error));
    }
    default:
      return failure(ErrorKind::kSystem, _("the sandbox sent a message that makes no sense"));
  }
}

Status Execution::take_terminal(os::Fd master) {
  if (master_ >= 0) return failure(ErrorKind::kSystem, _("the sandbox sent a second terminal"));
  master_ = master.get();
  ours_.push_back(std::move(master));
  TRY(make_nonblocking(master_));
  os::copy_window_size(STDIN_FILENO, master_);
  raw_.emplace(TRY(os::RawTerminal::enter(STDIN_FILENO)));
  routes_.emplace_back(STDIN_FILENO, master_, false);
  if (attachment_) routes_.back().filter_with([this](std::string& typed) { keys_.look_at(typed); });
  routes_.emplace_back(master_, STDOUT_FILENO, false);
  return {};
}

Status Execution::forward(int number) {
  if (number == SIGWINCH) {
    if (master_ >= 0) os::copy_window_size(STDIN_FILENO, master_);
    return {};
  }
  if (!has_started_ && !attachment_) {  // closing the connection ends it inside
    outcome_ = plan::Outcome{.kind = plan::Outcome::Kind::kSignalled, .value = number};
    return {};
  }
  return tell(Message::kSignal, number);
}

// The key that stops a job, where the kernel would throw it away.
Status Execution::watch_for_stop() {
  if (master_ < 0) return {};
  for (Route& route : routes_) {
    if (!route.ends_at(master_) || !route.has_pending()) continue;
    const std::optional<char> key = discarded_stop_key(master_);
    if (!key || !route.holds(*key)) continue;
    route.drop(*key);
    TRY(tell(Message::kSignal, SIGSTOP));
  }
  return {};
}

// The command was stopped from its terminal (^Z): so are we, for our shell to see. What runs next is its `fg`.
Status Execution::stop_with_command() {
  if (raw_) raw_->suspend();
  (void)::raise(SIGSTOP);
  if (raw_) TRY(raw_->resume());
  if (master_ >= 0) os::copy_window_size(STDIN_FILENO, master_);
  return tell(Message::kContinue, 0);
}

Status Execution::tell(Message kind, std::int32_t value) const {
  return os::send_packet(socket_.get(), bytes_of(Packet{.kind = kind, .command = id_, .value = value}));
}

void Execution::finish() {
  constexpr int kPatience = 100;  // milliseconds for the last bytes of a pty that a background process holds open
  for (Route& route : routes_) {
    if (!route.ends_at(STDOUT_FILENO) && !route.ends_at(STDERR_FILENO)) continue;
    route.drain(kPatience);
  }
  raw_.reset();
}

}  // namespace

Result<plan::Outcome> execute_in(const Running& instance, const plan::ExecRequest& request) {
  Execution execution(TRY(os::connect_packets(instance.directory / "control")));
  TRY(execution.start(request));
  TRY(execution.run());
  return *execution.outcome();
}

Result<std::optional<plan::Outcome>> attach_to(const Running& instance, Attachment attachment) {
  Execution execution(TRY(os::connect_packets(instance.directory / "control")));
  TRY(execution.attach(std::move(attachment)));
  TRY(execution.run());
  return execution.outcome();
}

Status signal_instance(const Running& instance, int signal, bool force) {
  constexpr std::chrono::milliseconds kPatience(2000);
  const Message kind = force ? Message::kAbort : Message::kSignal;
  const auto told = [&]() -> Status {
    const os::Fd socket = TRY(os::connect_packets(instance.directory / "control"));
    return os::send_packet(socket.get(), bytes_of(Packet{.kind = kind, .command = 0, .value = signal}));
  }();
  if (!force) return told;
  if (told && TRY(wait_for_end(instance, kPatience))) return {};
  // PID 1 sees the supervisor's end and takes every process of its pid namespace along.
  const std::optional<os::Fd> supervisor = TRY(open_supervisor(instance));
  if (!supervisor) return {};
  TRY(os::signal_pidfd(supervisor->get(), SIGKILL));
  if (!TRY(wait_for_end(instance, kPatience))) {
    return failure(ErrorKind::kSystem, text::format(_("instance '%s' does not end"), instance.record.id.c_str()));
  }
  return {};
}

}  // namespace hutch::host
