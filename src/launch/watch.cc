#include "launch/watch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "launch/line.h"
#include "os/file.h"

namespace hutch::launch {
namespace {

using plan::Cause;
using plan::Outcome;

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kGrace = 10 * kSecond;  // between asking the command to end and ending everything
constexpr std::int64_t kIdleLooks = 8;         // in the time it may be idle
constexpr std::uint64_t kIdleShare = 200;      // less than one part of this many is no work: a blinking cursor

// Time in which the machine sleeps does not count, as with RuntimeMaxSec= of systemd.service(5).
std::int64_t now_in_milliseconds() {
  timespec now{};
  (void)::clock_gettime(CLOCK_MONOTONIC, &now);  // cannot fail
  return static_cast<std::int64_t>(now.tv_sec) * kSecond + now.tv_nsec / 1000000;
}

std::int64_t idle_step(const plan::Watch& wanted) {
  return std::max<std::int64_t>(static_cast<std::int64_t>(wanted.idle_limit) * kSecond / kIdleLooks, 100);
}

}  // namespace

void Watch::begin() {
  started_ = now_in_milliseconds();
  if (wanted_.time_limit != 0) deadline_ = started_ + static_cast<std::int64_t>(wanted_.time_limit) * kSecond;
  if (wanted_.idle_limit == 0 || !group_) return;
  idle_since_ = started_;
  idle_look_ = started_ + idle_step(wanted_);
  idle_work_ = read_number("cpu.stat", "usage_usec ").value_or(0);
}

int Watch::patience() const {
  const std::int64_t next = deadline_ != 0 && (idle_look_ == 0 || deadline_ < idle_look_) ? deadline_ : idle_look_;
  if (next == 0) return -1;
  return static_cast<int>(std::clamp<std::int64_t>(next - now_in_milliseconds(), 0, INT_MAX));
}

bool Watch::is_idle(std::int64_t now) {
  const std::uint64_t work = read_number("cpu.stat", "usage_usec ").value_or(0);
  const auto passed = static_cast<std::uint64_t>(std::max<std::int64_t>(now - idle_look_ + idle_step(wanted_), 1));
  const bool has_worked = work - idle_work_ > passed * 1000 / kIdleShare;
  idle_work_ = work;
  idle_look_ = now + idle_step(wanted_);
  if (has_worked) idle_since_ = now;
  return now - idle_since_ >= static_cast<std::int64_t>(wanted_.idle_limit) * kSecond;
}

Cause Watch::look() {
  const std::int64_t now = now_in_milliseconds();
  if (deadline_ != 0 && now >= deadline_) {
    if (!is_ending_) cause_ = Cause::kTime;
    return Cause::kTime;
  }
  if (idle_look_ == 0 || now < idle_look_ || !is_idle(now)) return Cause::kNone;
  cause_ = Cause::kIdle;
  return Cause::kIdle;
}

void Watch::expect_end() {
  is_ending_ = true;
  idle_look_ = 0;
  deadline_ = now_in_milliseconds() + kGrace;
}

std::optional<std::uint64_t> Watch::read_number(const char* file, const char* key) const {
  if (!group_) return std::nullopt;
  const os::Fd fd(::openat(group_.get(), file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  char text[4096];
  const ssize_t length = fd ? ::read(fd.get(), text, sizeof text - 1) : -1;
  if (length <= 0) return std::nullopt;
  text[length] = '\0';
  const char* const found = std::strstr(text, key);
  if (found == nullptr) return std::nullopt;
  std::uint64_t number = 0;
  const char* const digits = found + std::strlen(key);
  if (std::from_chars(digits, text + length, number).ec != std::errc()) return std::nullopt;
  return number;
}

void Watch::note_end(const Outcome& outcome) {
  killed_for_memory_ = read_number("memory.events", "oom_kill ").value_or(0);
  memory_peak_ = read_number("memory.peak", "");
  processor_ = read_number("cpu.stat", "usage_usec ");
  // A shell says with 137 that its command was killed.
  const bool was_killed = plan::exit_code(outcome) == 128 + SIGKILL;
  if (cause_ == Cause::kNone && killed_for_memory_ > 0 && was_killed) cause_ = Cause::kMemory;
}

void Watch::write_history(const Outcome& outcome) const {
  if (wanted_.history.is_root()) return;
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  os::Fd file(::open(wanted_.history.c_str(), kFlags, 0600));
  if (!file && errno == ENOENT && os::make_directories(wanted_.history.parent(), 0700)) {
    file = os::Fd(::open(wanted_.history.c_str(), kFlags, 0600));
  }
  if (!file) return;  // a run is not worse for a line that is missing
  timespec now{};
  (void)::clock_gettime(CLOCK_REALTIME, &now);  // cannot fail
  Line<1023> rest;
  rest << ",\"ended\":" << static_cast<std::int64_t>(now.tv_sec) << ",\"outcome\":\"" << plan::word_of(outcome.kind)
       << "\",\"value\":" << outcome.value << ",\"status\":" << plan::exit_code(outcome, cause_) << ",\"cause\":\""
       << plan::word_of(cause_) << "\"";
  if (memory_peak_) rest << ",\"memory_peak\":" << *memory_peak_;
  if (processor_) rest << ",\"processor_usec\":" << *processor_;
  rest << ",\"killed_for_memory\":" << killed_for_memory_ << "}\n";
  // One write: lines of runs that end together do not mix (O_APPEND, open(2)).
  iovec parts[] = {{.iov_base = const_cast<char*>(wanted_.epitaph.data()), .iov_len = wanted_.epitaph.size()},
                   {.iov_base = const_cast<char*>(rest.c_str()), .iov_len = rest.text().size()}};
  (void)!::writev(file.get(), parts, 2);
}

}  // namespace hutch::launch
