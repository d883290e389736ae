#include "launch/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/plan/channel.h"
#include "core/plan/plan.h"

namespace hutch::launch {
namespace {

os::Fd open_log(const HostPath& file) {
  return os::Fd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
}

// Above the numbers that mean something to whoever finds them open.
os::Fd moved_up(int fd) {
  const os::Fd low(fd);
  return os::Fd(::fcntl(fd, F_DUPFD_CLOEXEC, plan::kFirstPassed));
}

}  // namespace

bool Log::open() {
  if (file_.is_root()) return true;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  pipe_ = moved_up(ends[0]);
  inside_ = moved_up(ends[1]);
  target_ = open_log(file_);
  struct stat status {};
  if (target_ && ::fstat(target_.get(), &status) == 0) size_ = static_cast<std::uint64_t>(status.st_size);
  return pipe_ && inside_ && ::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK) == 0;
}

bool Log::place() const {
  if (!inside_) return true;
  return ::dup2(inside_.get(), STDOUT_FILENO) >= 0 && ::dup2(inside_.get(), STDERR_FILENO) >= 0;
}

void Log::turn_when_full() {
  if (size_ < plan::kLogLimit) return;
  (void)::rename(file_.c_str(), old_.c_str());  // one that fails leaves the file longer for now
  os::Fd fresh = open_log(file_);
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
