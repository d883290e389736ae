#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <optional>

#include "app/print.h"
#include "app/rates.h"
#include "app/start.h"
#include "app/verbs.h"
#include "base/i18n.h"
#include "base/text.h"
#include "core/compose/limits.h"
#include "core/instance/screen.h"
#include "host/cgroup.h"
#include "host/launcher.h"
#include "host/probe.h"
#include "host/queries.h"
#include "os/file.h"
#include "os/terminal.h"

namespace hutch::app {
namespace {

constexpr int kMilliseconds = 1000;  // between two looks
// The alternate screen without a cursor, and back (XTerm Control Sequences).
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";

class Top {
 public:
  explicit Top(facts::Facts facts) : facts_(std::move(facts)) { screen_.has_colours = wants_colours(); }

  Status look();
  Status draw() const;
  // False when it is time to leave.
  bool press(std::string_view keys);

 private:
  bool press_one(char key);
  void edit(char key);
  void act(char key);
  void change_limit();
  void tell(const Status& done, const char* what);

  facts::Facts facts_;
  Rates rates_;
  std::vector<host::Running> instances_;  // as in screen_.rows
  instance::Screen screen_;
  std::string question_;  // the limit that is being typed: "memory" or "cpu"; empty: none
  std::string answer_;
  std::optional<host::Running> subject_;  // of the question: another one may be chosen when this one ends meanwhile
};

Status Top::look() {
  const std::string chosen =
      screen_.selected < instances_.size() ? instances_[screen_.selected].record.id.str() : std::string();
  std::vector<std::pair<host::Running, instance::ScreenRow>> found;
  for (host::Running& one : TRY(host::list_instances(facts_))) {
    instance::ScreenRow row{.record = one.record,
                            .usage = host::usage_of(one),
                            .percent = 0,
                            .seconds = std::time(nullptr) - one.record.started};
    row.percent = rates_.of(one, row.usage.processor);
    found.emplace_back(std::move(one), std::move(row));
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& left, const auto& right) { return left.second.percent > right.second.percent; });
  instances_.clear();
  screen_.rows.clear();
  screen_.selected = std::min(screen_.selected, found.empty() ? 0 : found.size() - 1);
  for (auto& [running, row] : found) {
    if (running.record.id.str() == chosen) screen_.selected = instances_.size();
    instances_.push_back(std::move(running));
    screen_.rows.push_back(std::move(row));
  }
  return {};
}

Status Top::draw() const {
  instance::Screen screen = screen_;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
    screen.width = size.ws_col;
    screen.height = size.ws_row;
  }
  if (!question_.empty()) screen.message = text::format(_("new limit --%s="), question_.c_str()) + answer_;
  std::string text = "\x1b[H";
  const std::vector<std::string> lines = instance::lines_of(screen);
  for (std::size_t index = 0; index < lines.size(); ++index) {
    text += "\x1b[K" + lines[index];  // behind a full line it would erase the last character
    if (index + 1 < lines.size()) text += "\r\n";
  }
  return os::write_all(STDOUT_FILENO, text);
}

bool Top::press(std::string_view keys) {
  // The arrows: ESC [ A and ESC [ B, or ESC O A in the other mode of cursor keys.
  for (std::size_t index = 0; index < keys.size(); ++index) {
    char key = keys[index];
    if (key == '\x1b' && index + 2 < keys.size() && (keys[index + 1] == '[' || keys[index + 1] == 'O')) {
      key = keys[index + 2] == 'A' ? '-' : keys[index + 2] == 'B' ? '+' : '\0';
      index += 2;
    }
    if (!press_one(key)) return false;
  }
  return true;
}

bool Top::press_one(char key) {
  constexpr char kInterrupt = 3;
  if (!question_.empty()) {
    edit(key);
    return true;
  }
  screen_.message.clear();
  if (key == 'q' || key == kInterrupt) return false;
  if (key == '-' && screen_.selected > 0) --screen_.selected;
  if (key == '+' && screen_.selected + 1 < screen_.rows.size()) ++screen_.selected;
  if (screen_.selected >= instances_.size()) return true;
  if (key == 'm') question_ = "memory";
  if (key == 'c') question_ = "cpu";
  subject_ = instances_[screen_.selected];
  act(key);
  return true;
}

void Top::edit(char key) {
  constexpr char kDelete = 127;
  constexpr std::size_t kLongest = 20;
  if (key == '\r') return change_limit();
  if (key == '\x1b') {
    question_.clear();
    answer_.clear();
  } else if (key == kDelete) {
    if (!answer_.empty()) answer_.pop_back();
  } else if (key > ' ' && answer_.size() < kLongest) {
    answer_ += key;
  }
}

void Top::act(char key) {
  const host::Running& instance = instances_[screen_.selected];
  const std::string& scope = instance.record.scope;
  if (key == 's') {
    if (host::is_paused(instance)) (void)host::ask_freeze(scope, false);  // what is paused hears nothing
    tell(host::signal_instance(instance, SIGTERM, false), _("asked to end"));
  }
  if (key == 'k') tell(host::signal_instance(instance, SIGKILL, true), _("ended"));
  if (key == 'p') tell(host::ask_freeze(scope, true), _("paused"));
  if (key == 'r') tell(host::ask_freeze(scope, false), _("resumed"));
}

void Top::change_limit() {
  const profile::Grant grant{.kind = profile::Kind::kLimit, .name = question_, .access = answer_};
  question_.clear();
  answer_.clear();
  const auto change = [&]() -> Status {
    const plan::Limits limits = TRY(compose::scope_limits({&grant}, facts_.user.home));
    return host::ask_limits(subject_->record.scope, limits);
  };
  tell(change(), _("limit changed"));
}

void Top::tell(const Status& done, const char* what) {
  screen_.message = subject_->record.id.str() + ": " + (done ? what : done.error().describe());
}

// Signals that end a program end this one between two looks, with the terminal put right.
Result<os::Fd> ending_signals() {
  sigset_t signals;
  (void)::sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGWINCH}) (void)::sigaddset(&signals, number);
  (void)::sigprocmask(SIG_BLOCK, &signals, nullptr);
  os::Fd fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return unexpected(system_error(errno, _("cannot watch signals")));
  return fd;
}

// False when it is time to leave.
bool hear(Top& top, int signals) {
  pollfd polled[] = {{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                     {.fd = signals, .events = POLLIN, .revents = 0}};
  (void)::poll(polled, 2, kMilliseconds);  // cut short, it is looked at sooner
  if (polled[1].revents != 0) {
    signalfd_siginfo info{};
    const bool is_size = ::read(signals, &info, sizeof info) == sizeof info && info.ssi_signo == SIGWINCH;
    if (!is_size) return false;
  }
  if (polled[0].revents == 0) return true;
  char keys[64];
  const ssize_t count = ::read(STDIN_FILENO, keys, sizeof keys);
  return count > 0 && top.press({keys, static_cast<std::size_t>(count)});
}

Status run(Top& top, int signals) {
  do {
    TRY(top.look());
    TRY(top.draw());
  } while (hear(top, signals));
  return {};
}

}  // namespace

Result<int> top() {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
    return failure(ErrorKind::kUsage, _("'hutch top' needs a terminal"), _("use 'hutch stats'"));
  }
  Top screen(TRY(host::probe()));
  const os::Fd signals = TRY(ending_signals());
  const auto raw = TRY(os::RawTerminal::enter(STDIN_FILENO));
  TRY(os::write_all(STDOUT_FILENO, kEnter));
  const Status done = run(screen, signals.get());
  (void)os::write_all(STDOUT_FILENO, kLeave);  // a terminal that is gone needs nothing
  if (!done) return unexpected(done.error());
  return kSucceeded;
}

}  // namespace hutch::app
