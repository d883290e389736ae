#include "launch/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/plan/channel.h"

namespace hutch::launch {
namespace {

// Above the numbers that mean something to whoever finds them open.
os::Fd moved_up(int fd) {
  const os::Fd low(fd);
  return os::Fd(::fcntl(fd, F_DUPFD_CLOEXEC, plan::kFirstPassed));
}

}  // namespace

bool Log::open(bool has_log) {
  if (!has_log) return true;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  pipe_ = moved_up(ends[0]);
  inside_ = moved_up(ends[1]);
  target_ = os::Fd(plan::kLogDescriptor);
  ShortLine link;
  link << "/proc/self/fd/" << static_cast<int>(plan::kLogDescriptor);
  char path[4000];
  const ssize_t length = ::readlink(link.c_str(), path, sizeof path);
  if (length <= 0 || length == sizeof path) return false;
  file_ << std::string_view(path, static_cast<std::size_t>(length));
  old_ << file_.text() << ".1";
  return pipe_ && inside_ && ::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK) == 0;
}

bool Log::place() const {
  if (!inside_) return true;
  return ::dup2(inside_.get(), STDOUT_FILENO) >= 0 && ::dup2(inside_.get(), STDERR_FILENO) >= 0;
}

void Log::turn_when_full() {
  if (size_ < plan::kLogLimit) return;
  (void)::rename(file_.c_str(), old_.c_str());  // one that fails leaves the file longer for now
  os::Fd fresh(::open(file_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!fresh) return;
  target_ = std::move(fresh);
  size_ = 0;
}

void Log::copy() {
  char bytes[16384];
  ssize_t count = 0;
  while (pipe_ && (count = ::read(pipe_.get(), bytes, sizeof bytes)) > 0) {
    turn_when_full();
    const ssize_t written = target_ ? ::write(target_.get(), bytes, static_cast<std::size_t>(count)) : -1;
    if (written > 0) size_ += static_cast<std::uint64_t>(written);
    if (count < static_cast<ssize_t>(sizeof bytes)) return;  // others want to be heard, too
  }
  if (count == 0) pipe_.reset();
}

}  // namespace hutch::launch
